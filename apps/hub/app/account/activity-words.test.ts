import { describe, expect, test } from "vitest";
import { auditKinds } from "../../src/audit/audit-kinds.ts";
import type { Activity } from "../../src/screen/screen.ts";
import { activityWords } from "./activity-words.ts";

const event = (kind: Activity["kind"], more: Partial<Activity> = {}): Activity => ({
  id: 1,
  at: new Date(0),
  kind,
  outcome: "done",
  by: "user",
  from: null,
  site: null,
  amr: [],
  reason: "",
  name: "",
  isSecondStep: false,
  ...more,
});

test("a sign-in names its methods, the browser and the address", () => {
  const from = { browser: "Firefox on Windows", address: "192.0.2.7" };
  expect(activityWords(event("sign-in", { amr: ["pwd"], from }))).toBe(
    "You signed in with your password, in Firefox on Windows, from 192.0.2.7.",
  );
});

test.each([
  [["pwd", "otp", "mfa"], "with your password and a code"],
  [["swk", "user", "mfa"], "with a passkey"],
  [["pwd", "hwk", "user", "mfa"], "with your password and a passkey"],
  [["fed"], "with an account at another provider"],
  [["fed", "otp", "mfa"], "with an account at another provider and a code"],
  [["fed", "swk", "user", "mfa"], "with an account at another provider and a passkey"],
])("a sign-in by %s is %s", (amr, words) => {
  expect(activityWords(event("sign-in", { amr }))).toBe(`You signed in ${words}.`);
});

describe("every kind has a sentence", () => {
  test.each(auditKinds)("%s", (kind) => {
    for (const outcome of ["done", "refused"]) {
      const sentence = activityWords(event(kind, { outcome, name: "Laptop", site: "Shop" }));
      expect(sentence).toMatch(/^[A-Z][^_]+\.$/);
      expect(sentence).not.toBe("Something changed in your account.");
    }
  });
});

describe("a sentence names the site that acted or is concerned, and no site for acts at the hub", () => {
  const ofSites: readonly string[] = [
    ...["app-password-used", "consent-given", "consent-revoked", "token-issued", "token-revoked"],
    ...["site-added", "site-removed", "site-secret-renewed"],
  ];
  test.each(auditKinds)("%s", (kind) => {
    const named = activityWords(event(kind, { site: "Corner Shop" }));
    expect(named.includes("Corner Shop")).toBe(ofSites.includes(kind));
    if (!ofSites.includes(kind)) expect(named).not.toMatch(/\bsite\b/i);
  });
});

test("an app password is used at a site that passed it on, or at the hub", () => {
  const used = (more: Partial<Activity>) =>
    activityWords(event("app-password-used", { name: "Backup", ...more }));
  expect(used({ site: "Harbour Bank" })).toBe(
    "The app password “Backup” was used for the first time at Harbour Bank.",
  );
  expect(used({})).toBe("The app password “Backup” was used for the first time.");
  expect(used({ site: "Harbour Bank", outcome: "deletion_due" })).toBe(
    "An app password was refused at Harbour Bank, because you asked for the deletion of this account.",
  );
});

test.each([
  ["idle", "hub", "You were signed out after some time without activity."],
  ["absolute", "hub", "You were signed out, because you had been signed in for a long time."],
  ["password-changed", "user", "You were signed out, because your password was changed."],
  ["disabled", "operator", "You were signed out, because your account was disabled."],
  ["ended-by-operator", "operator", "The people who run Gatehouse signed you out."],
  ["ended-elsewhere", "user", "You signed a browser out."],
  ["ended-elsewhere", "hub", "The browser that you had not used for longest was signed out."],
] as const)("a session that ended by %s, by the %s: %s", (reason, by, words) => {
  expect(activityWords(event("session-ended", { reason, by }))).toBe(words);
});

test("a refusal at the second step differs from others: the password was right", () => {
  for (const outcome of ["code_wrong", "too_many_attempts"])
    expect(activityWords(event("sign-in", { outcome, isSecondStep: true }))).toBe(
      "A sign-in was refused at its second step.",
    );
});

test("refusals are said calmly, and an operator's action names the operator", () => {
  expect(activityWords(event("sign-in", { outcome: "credentials_wrong" }))).toBe("A sign-in was refused.");
  const change = (outcome: string) => activityWords(event("password-changed", { outcome }));
  expect(change("credentials_wrong")).toMatch(/^A change of your password was refused: the current/);
  expect(change("too_many_attempts")).toMatch(/^A change of your password had to wait/);
  expect(activityWords(event("password-changed", { by: "operator" }))).toBe(
    "The people who run Gatehouse changed your password.",
  );
  expect(activityWords(event("consent-given", { outcome: "access_denied", site: "Pocket Budget" }))).toBe(
    "You did not allow Pocket Budget what it asked for.",
  );
});

test("an entry of a later version has a sentence", () => {
  expect(activityWords(event("later" as Activity["kind"]))).toBe("Something changed in your account.");
});
