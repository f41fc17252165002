import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type Ledger, openLedger } from "./ledger.ts";
import { asksForMissingAccount, isUnreadable } from "./missing-account.ts";

let folder: string;
let ledger: Ledger;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bank-missing-"));
  ledger = openLedger(join(folder, "bank.sqlite"), () => new Date("2026-11-21T09:00:00Z"));
  path = `/accounts/${ledger.accountsOf("alice")[0]?.id}`;
});

afterEach(() => {
  ledger.close();
  rmSync(folder, { recursive: true });
});

function isMissing(personId: string, pathname: string, query = ""): boolean {
  return asksForMissingAccount(ledger, personId, pathname, new URLSearchParams(query));
}

it("finds the user's own account and its months", () => {
  expect(isMissing("alice", path)).toBe(false);
  expect(isMissing("alice", path, "month=2026-03")).toBe(false);
  expect(isMissing("alice", "/accounts")).toBe(false);
});

it("misses an account of another user, and one that does not exist", () => {
  expect(isMissing("bob", path)).toBe(true);
  expect(isMissing("alice", "/accounts/current-0000000000000000")).toBe(true);
});

it.each(["month=1999-01", "month=", "month=2026-03&month=2026-04"])("misses the month of ?%s", (query) => {
  expect(isMissing("alice", path, query)).toBe(true);
});

it("misses a path that cannot be decoded", () => {
  expect(["/accounts/%", "/accounts/%E0%A4%A", "/accounts/%ff"].map(isUnreadable)).toEqual([
    true,
    true,
    true,
  ]);
  expect([path, "/accounts/%C3%A4%25", "/"].map(isUnreadable)).toEqual([false, false, false]);
});
