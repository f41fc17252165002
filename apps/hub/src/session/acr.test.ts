import { expect, test } from "vitest";
import { acrValues } from "../site-registry/acr-values.ts";
import { acrOf, isAsStrongAs } from "./acr.ts";

const [password, factor, passkey] = acrValues;

test.each([
  ["a password", ["pwd"], password],
  ["a password and a one-time code", ["pwd", "otp", "mfa"], factor],
  ["a synced passkey with user verification", ["swk", "user", "mfa"], passkey],
  ["a device-bound passkey with user verification", ["hwk", "user", "mfa"], passkey],
  ["a key without user verification", ["hwk"], password],
  ["no known method", [], password],
])("%s gives its own authentication context class", (_, amr, acr) => {
  expect(acrOf(amr)).toBe(acr);
});

test("a stronger sign-in satisfies a weaker demand, and never the reverse", () => {
  const strengths = [["pwd"], ["pwd", "otp", "mfa"], ["swk", "user", "mfa"]];
  const satisfied = strengths.map((amr) => acrValues.map((demanded) => isAsStrongAs(amr, demanded)));
  expect(satisfied).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

test("an unknown authentication context class is never satisfied", () => {
  expect(isAsStrongAs(["hwk", "user", "mfa"], "gold")).toBe(false);
});
