/** One-time codes, titled by RFC 6238. */
import { expect, test } from "vitest";
import { createTotpSecret, stepOfCode, totpAddress } from "./totp.ts";

/** The ASCII text 12345678901234567890 of the RFC, in base32. */
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

test.each([
  [59, "287082", 1],
  [1111111109, "081804", 37037036],
  [1111111111, "050471", 37037037],
  [1234567890, "005924", 41152263],
  [2000000000, "279037", 66666666],
  [20000000000, "353130", 666666666],
])("appendix B: at %i s the code %s belongs to step %i", (seconds, code, step) => {
  expect(stepOfCode(secret, code, new Date(seconds * 1000))).toBe(step);
});

test("5.2 the codes of the steps before and after are accepted, those beyond are not", () => {
  const at = (seconds: number) => stepOfCode(secret, "050471", new Date(seconds * 1000));
  const start = 37037037 * 30;
  expect([at(start - 31), at(start - 30), at(start), at(start + 59), at(start + 60)]).toEqual([
    null,
    37037037,
    37037037,
    37037037,
    null,
  ]);
});

test.each(["", "05047", "0504711", "05047a", "٠٥٠٤٧١", "-50471"])("%j is no code", (code) => {
  expect(stepOfCode(secret, code, new Date(1111111111_000))).toBeNull();
});

test("a secret has 160 random bits and an address that apps read", () => {
  const [one, two] = [createTotpSecret(), createTotpSecret()];
  expect(one).toMatch(/^[A-Z2-7]{32}$/);
  expect(one).not.toBe(two);
  const url = new URL(totpAddress(one, "al ice"));
  expect([url.protocol, url.host, decodeURIComponent(url.pathname)]).toEqual([
    "otpauth:",
    "totp",
    "/Gatehouse:al ice",
  ]);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    secret: one,
    issuer: "Gatehouse",
    digits: "6",
    period: "30",
  });
});
