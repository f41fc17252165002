import { expect, test } from "vitest";
import { hubKeys, isEqual, purposeKeys, randomToken, type SignedValue } from "./secret-keys.ts";

const [older, newer, foreign] = ["a", "b", "c"].map((letter) => letter.repeat(32)) as [
  string,
  string,
  string,
];

test("a signature is valid for its text only", () => {
  const keys = purposeKeys([newer], "form");
  const signature = keys.sign("session 1");
  expect(signature).toMatch(/^[0-9a-f]{32}$/);
  expect(keys.isSignature("session 1", signature)).toBe(true);
  expect(keys.isSignature("session 2", signature)).toBe(false);
  expect(keys.isSignature("session 1", signature.toUpperCase())).toBe(false);
  for (const wrong of ["", signature.slice(1), `${signature}0`, "0".repeat(32)])
    expect(keys.isSignature("session 1", wrong), wrong).toBe(false);
});

test("a sealed text opens for the same purpose and binding only", () => {
  const keys = purposeKeys([newer], "note");
  const sealed = keys.seal("ein Geheimnis — 秘密", "flow 1");
  expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(keys.open(sealed, "flow 1")).toBe("ein Geheimnis — 秘密");
  expect(keys.open(sealed, "flow 2")).toBeNull();
  expect(purposeKeys([newer], "browser").open(sealed, "flow 1")).toBeNull();
  expect(purposeKeys([foreign], "note").open(sealed, "flow 1")).toBeNull();
});

test("the same text is sealed differently each time", () => {
  const keys = purposeKeys([newer], "note");
  expect(keys.seal("text", "")).not.toBe(keys.seal("text", ""));
});

test("a purpose's signature is invalid for another purpose", () => {
  const signature = purposeKeys([newer], "form").sign("text");
  expect(purposeKeys([newer], "note").isSignature("text", signature)).toBe(false);
});

test("every changed byte of a sealed text is detected, and malformed input is no error", () => {
  const keys = purposeKeys([newer], "note");
  const bytes = Buffer.from(keys.seal("text", "b"), "base64url");
  for (let index = 0; index < bytes.length; index++) {
    const changed = Buffer.from(bytes);
    changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
    expect(keys.open(changed.toString("base64url"), "b"), `byte ${index}`).toBeNull();
  }
  for (const length of [0, 1, 12, 27, 28, bytes.length - 1])
    expect(keys.open(bytes.subarray(0, length).toString("base64url"), "b"), `${length} bytes`).toBeNull();
  expect(keys.open("not base64url at all!", "b")).toBeNull();
});

test("after a rotation the older secret still verifies, and the newer one signs", () => {
  const before = purposeKeys([older], "form");
  const after = purposeKeys([newer, older], "form");
  expect(after.isSignature("text", before.sign("text"))).toBe(true);
  expect(after.open(before.seal("text", "b"), "b")).toBe("text");
  expect(before.isSignature("text", after.sign("text"))).toBe(false);
  expect(before.open(after.seal("text", "b"), "b")).toBeNull();
});

test("a secret that is no longer listed opens nothing", () => {
  const before = purposeKeys([older], "form");
  const after = purposeKeys([newer], "form");
  expect(after.isSignature("text", before.sign("text"))).toBe(false);
  expect(after.open(before.seal("text", "b"), "b")).toBeNull();
});

test("without a secret there are no keys", () => {
  expect(() => purposeKeys([], "form")).toThrow("at least one");
});

test("ASVS 7.2.3 random tokens have 256 bits", () => {
  const tokens = Array.from({ length: 100 }, randomToken);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) expect(token).toMatch(/^[0-9a-f]{64}$/);
});

test("isEqual compares texts as bytes, whatever their lengths", () => {
  expect([
    isEqual("a", "a"),
    isEqual("a", "b"),
    isEqual("a", "aa"),
    isEqual("", ""),
    isEqual("é", "e"),
  ]).toEqual([true, false, false, true, false]);
});

test("a value that was signed for one use is not accepted for another, whatever its text", () => {
  const { form } = hubKeys([newer]);
  const values: readonly SignedValue[] = ["account-form", "login-ticket", "passkey-challenge", "link-form"];
  for (const value of values)
    for (const other of values) {
      const signature = form.sign(value, "uid");
      expect(form.isSignature(other, "uid", signature), `${value} as ${other}`).toBe(value === other);
      if (value !== other) expect(form.isSignature(other, `${value}:uid`, signature)).toBe(false);
    }
});
