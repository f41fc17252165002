import { describe, expect, test } from "vitest";
import type { LoginErrorCode, LoginScreen } from "../src/screen/screen.ts";
import { listWords, loginErrorWords, reasonWords, rememberWords } from "./words.ts";

// Objects and not lists: a reason or code that is added and forgotten here does not compile.
const reasons: Record<NonNullable<LoginScreen["reason"]>, true> = {
  idle: true,
  absolute: true,
  "ended-elsewhere": true,
  "signed-out": true,
  disabled: true,
  "password-changed": true,
  "ended-by-operator": true,
  renew: true,
  "fresh-sign-in": true,
  "password-reset": true,
  "expired-form": true,
};
const codes: Record<LoginErrorCode, true> = {
  username_missing: true,
  password_missing: true,
  credentials_wrong: true,
  too_many_attempts: true,
  form_expired: true,
  sign_in_expired: true,
  cookies_missing: true,
  passkey_expired: true,
  passkey_unknown: true,
  passkey_invalid: true,
  passkey_cloned: true,
};

describe("why the user must sign in again", () => {
  test.each(Object.keys(reasons) as (keyof typeof reasons)[])(
    "%s has a reason and an instruction",
    (reason) => {
      const { why, next } = reasonWords(reason, 30);
      expect(why).toMatch(/^[A-Z].+\.$/);
      expect(next).toMatch(/^[A-Z].+\.$/);
    },
  );

  test.each([
    ["Harbour Bank", "Harbour Bank needs to be sure that it is you."],
    [undefined, "Gatehouse needs to be sure that it is you."],
  ])("a site that requires a recent sign-in (%s) is named", (site, why) => {
    expect(reasonWords("renew", 30, site).why).toBe(why);
  });

  test("each reason has its own text", () => {
    const words = (Object.keys(reasons) as (keyof typeof reasons)[]).map(
      (reason) => reasonWords(reason, 30).why,
    );
    expect(new Set(words).size).toBe(words.length);
  });

  test.each([
    [1, "1 minute"],
    [30, "30 minutes"],
    [90, "90 minutes"],
    [480, "8 hours"],
  ])("%i minutes without activity read %j", (minutes, words) => {
    expect(reasonWords("idle", minutes).why).toBe(`You were signed out after ${words} without activity.`);
  });
});

describe("errors of the sign-in form", () => {
  test.each(Object.keys(codes) as LoginErrorCode[])("%s has a text and a field", (code) => {
    const { text, field } = loginErrorWords(code);
    expect(text).not.toBe("");
    expect(["username", "password"]).toContain(field);
  });

  test("wrong credentials name neither field, so that nobody learns which accounts exist", () => {
    expect(loginErrorWords("credentials_wrong").atField).toBe(false);
  });

  test("too many attempts state the wait, and a long one the ways around it", () => {
    expect(loginErrorWords("too_many_attempts", 8).text).toBe(
      "There were too many tries. Try again in 8 seconds.",
    );
    const { text } = loginErrorWords("too_many_attempts", 90);
    expect(text).toContain("Try again in 2 minutes.");
    expect(text).toContain("A passkey, a new password, or another browser");
  });
});

test.each([
  [1, "For 1 day. "],
  [14, "For 14 days. "],
])("the option to stay signed in for %i days begins with %j", (days, words) => {
  expect(rememberWords(days)).toBe(`${words}Not on a computer that others use.`);
});

test.each([
  [["Shop"], "Shop"],
  [["Shop", "Bank"], "Shop and Bank"],
  [["Shop", "Bank", "Museum"], "Shop, Bank and Museum"],
])("%j is a list in a sentence", (names, words) => {
  expect(listWords(names)).toBe(words);
});
