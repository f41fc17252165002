/** Rotation: published before it signs, kept until the last token is over. */

import { testClockOf } from "@gatehouse/database/test-clock";
import { poolOf } from "@gatehouse/database/test-pool";
import type * as jose from "jose";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../../test-hub.ts";
import { runCommand } from "../../test-support/run-command.ts";
import { createTestDatabase } from "../../test-support/test-database.ts";

let opened: TestHub;
let DATABASE_URL: string;
const HUB_SECRETS = "a secret of this test run alone with 32 characters";
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
  opened = await openTestHub({ environment: { DATABASE_URL, HUB_SECRETS } });
});
afterAll(() => opened.close());

const published = async () =>
  JSON.parse((await new TestBrowser(opened).get("/oidc/jwks")).body) as jose.JSONWebKeySet;
const kids = async () => (await published()).keys.map(({ kid }) => kid);
const signing = () => opened.hub.issuer.keys.filter(({ signs }) => signs).map(({ kid }) => kid);

test("a new hub has a key of each algorithm, and publishes no private key", async () => {
  const { keys } = await published();
  expect(keys.map(({ alg }) => alg).sort()).toEqual(["ES256", "RS256"]);
  for (const key of keys) for (const secret of ["d", "p", "q"]) expect(key).not.toHaveProperty(secret);
  const { rows } = await poolOf(opened.hub.database).query("SELECT sealed FROM signing_keys");
  for (const { sealed } of rows) expect(sealed).not.toContain('"kty"');
});

test("keys rotate publishes new keys at once; they sign a day later, and the old ones stay for two more", async () => {
  const before = await kids();
  const { result } = await runCommand("keys rotate", { DATABASE_URL, HUB_SECRETS });
  expect(result.made).toBe(2);
  await opened.hub.issuer.refresh();
  expect(await kids()).toEqual(expect.arrayContaining(before));
  expect(await kids()).toHaveLength(4);
  expect(signing().sort()).toEqual([...before].sort());

  await opened.advance(86_401);
  await opened.hub.issuer.refresh();
  expect(signing().some((kid) => before.includes(kid))).toBe(false);
  expect(await kids()).toHaveLength(4);

  await opened.advance(2 * 86_400);
  await opened.hub.issuer.refresh();
  expect((await kids()).some((kid) => before.includes(kid))).toBe(false);
});

test("a refresh makes no key before one is due", async () => {
  const add = vi.spyOn(opened.hub.database.signingKeys, "add");
  await opened.hub.issuer.refresh();
  expect(add).not.toHaveBeenCalled();
  add.mockRestore();
});

test("a new key is made when the newest has signed long enough, once for all processes", async () => {
  await opened.advance(90 * 86_400);
  await Promise.all(Array.from({ length: 5 }, () => opened.hub.issuer.refresh()));
  expect(await kids()).toHaveLength(4);
});

test("after a clock that was ahead is corrected, a key of each algorithm still signs", async () => {
  const { issuer, database } = opened.hub;
  await opened.advance(100 * 86_400);
  await issuer.refresh();
  await opened.advance(10 * 86_400);
  await database.signingKeys.sweep(100);
  await testClockOf(database).reset();
  await issuer.refresh();
  const [first] = await kids();
  expect(signing()).toHaveLength(2);
  expect(signing()).toContain(first);
});
