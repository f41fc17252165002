/** `HUB_SECRETS` changes at one of two hubs on one database. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";
import { runCommand } from "../../test-support/run-command.ts";
import { createTestDatabase } from "../../test-support/test-database.ts";

const old = "a secret of this test run alone with 32 characters";
const newer = "a newer secret of this test alone with 32 characters";
let DATABASE_URL: string;
let behind: TestHub;
let ahead: TestHub;
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
  behind = await openTestHub({ environment: { DATABASE_URL, HUB_SECRETS: old } });
  ahead = await openTestHub({ environment: { DATABASE_URL, HUB_SECRETS: `${newer},${old}` } });
});
afterAll(() => Promise.all([behind, ahead].map((hub) => hub.close())));

const published = async (hub: TestHub) => (await new TestBrowser(hub).get("/oidc/jwks")).body;

test("a hub without the newer secret uses the keys that it can open, and says so", async () => {
  const before = await published(behind);
  for (const hub of [behind, ahead]) await hub.hub.issuer.refresh();
  expect(await published(behind)).toBe(before);
  expect(await published(ahead)).toBe(before);
  expect(behind.lines.filter((line) => line.includes("hub-secret.unknown"))).toHaveLength(1);
});

test("keys rotate without the newer secret makes no key", async () => {
  await expect(runCommand("keys rotate", { DATABASE_URL, HUB_SECRETS: old })).rejects.toThrow("HUB_SECRETS");
  await ahead.hub.issuer.refresh();
  expect(JSON.parse(await published(ahead)).keys).toHaveLength(2);
});
