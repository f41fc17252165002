/** Decisions about app passwords, apart from their storage. */

import type { FoundAppPassword } from "@gatehouse/database";
import { describe, expect, test } from "vitest";
import type { HubAuditEvent } from "../audit/record-audit.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { parsedSite } from "../test-support/parsed-site.ts";
import { allowedBy, scopesAt, scopesOffered } from "./app-password-scopes.ts";
import { createAppPasswordSecret, isAppPasswordSecret, verifyAppPassword } from "./verify-app-password.ts";

const apis = {
  settings: { hubUrl: "https://hub.example" },
  sites: {
    list: () => [
      parsedSite("shop", { name: "The shop" }),
      parsedSite("bank", {
        name: "The bank",
        api: { resource: "https://bank.example/api", scopes: { read: "see", pay: "pay" } },
      }),
    ],
  },
};

describe("scopes of app passwords", () => {
  test("the form offers the hub's own scopes and those of every API, with the site's name", () => {
    expect(scopesOffered(apis)).toEqual([
      { name: "account.read", words: "see who you are", at: null },
      { name: "bank:read", words: "see", at: "The bank" },
      { name: "bank:pay", words: "pay", at: "The bank" },
    ]);
  });

  test("are listed in the order of the form; scopes of former registrations come last, by name", () => {
    expect(allowedBy(["gone:x", "bank:pay", "account.read"], apis)).toEqual([
      { words: "see who you are", at: null },
      { words: "pay", at: "The bank" },
      { words: "gone:x", at: null },
    ]);
  });

  test("a site does not learn scopes of other sites, not even of sites with similar ids", () => {
    const scopes = ["account.read", "bank:read", "bank2:read", "the-bank:pay", "bank:pay"];
    expect(scopesAt("bank", scopes)).toEqual(["bank:read", "bank:pay"]);
  });
});

const secret = createAppPasswordSecret();

test("an app password is gh_ and 43 letters and digits, different each time", () => {
  expect(secret).toMatch(/^gh_[A-Za-z0-9]{43}$/);
  expect(createAppPasswordSecret()).not.toBe(secret);
  const letters = new Set(
    Array.from({ length: 200 }, createAppPasswordSecret).join("").replaceAll("gh_", ""),
  );
  expect(letters.size).toBe(62);
});

test.each([
  ["one", secret, true],
  ["one with a line break", `${secret}\n`, false],
  ["one with text before it", `x${secret}`, false],
  ["one letter fewer", secret.slice(0, -1), false],
  ["one letter more", `${secret}a`, false],
  ["another sign", `${secret.slice(0, -1)}-`, false],
  ["a password", "correct horse battery staple", false],
])("isAppPasswordSecret decides about %s", (_, text, is) => {
  expect(isAppPasswordSecret(text)).toBe(is);
});

describe("verifying an app password", () => {
  const found = {
    person: { id: "p1", deletionDueAt: null },
    appPassword: { id: "a1", name: "Backup", lastUsedAt: new Date() },
  } as FoundAppPassword;
  const from = { address: "192.0.2.7" };
  const counted = { thing: "app-password", ...from };

  async function verify(password: string, known: FoundAppPassword | null, retryInSeconds = 0) {
    const { log, lines } = createMemoryLog();
    const seen: unknown[] = [];
    const recorded: HubAuditEvent[] = [];
    const needs = {
      appPasswords: {
        findForUse: async (userId: string, tried: string) => {
          seen.push([userId, tried]);
          return known;
        },
      },
      throttle: {
        count: async (thing: string, counted: object) => {
          seen.push({ thing, ...counted });
          return retryInSeconds === 0
            ? ({ allowed: true } as const)
            : ({ allowed: false, retryInSeconds, refusedBy: [] } as const);
        },
      },
      recordAudit: async (event: HubAuditEvent) => {
        recorded.push(event);
      },
    };
    const result = await verifyAppPassword(
      needs,
      { log, userAgent: "curl" },
      { userId: "alice", password },
      from,
    );
    return { result, seen, recorded, logged: lines.map((line) => JSON.parse(line)) };
  }

  test("a right one is not counted, and is logged without the secret", async () => {
    const { result, seen, logged, recorded } = await verify(secret, found);
    expect(result).toEqual({ outcome: "verified", ...found });
    expect(seen).toEqual([["alice", secret]]);
    const facts = { event: "app-password.used", person: "p1", appPassword: "a1", ...from };
    expect(logged).toEqual([{ level: "info", ...facts, msg: "app password used" }]);
    expect(recorded).toEqual([]);
  });

  test("the first use is recorded", async () => {
    const unused = { ...found, appPassword: { ...found.appPassword, lastUsedAt: null } };
    const { recorded } = await verify(secret, unused);
    expect(recorded).toEqual([
      {
        kind: "app-password-used",
        actor: { kind: "user", id: "", userAgent: "curl", ...from },
        personId: "p1",
        facts: { appPassword: "a1", name: found.appPassword.name },
      },
    ]);
  });

  test("a wrong one is counted, and is logged without username and secret", async () => {
    const { result, seen, logged } = await verify(secret, null);
    expect(result).toEqual({ outcome: "refused", code: "credentials_wrong" });
    expect(seen).toEqual([["alice", secret], counted]);
    const facts = { event: "app-password.refused", code: "credentials_wrong", ...from };
    expect(logged).toEqual([{ level: "warn", ...facts, msg: "app password refused" }]);
  });

  test("text of another format is never looked up, even if it would be right", async () => {
    const { result, seen } = await verify("the account's password", found);
    expect(result).toEqual({ outcome: "refused", code: "app_password_required" });
    expect(seen).toEqual([counted]);
  });

  test("after too many wrong ones the result says how long to wait", async () => {
    const { result, logged } = await verify(secret, null, 9);
    expect(result).toEqual({ outcome: "refused", code: "too_many_attempts", retryInSeconds: 9 });
    expect(logged[0]).toMatchObject({ code: "too_many_attempts" });
  });
});
