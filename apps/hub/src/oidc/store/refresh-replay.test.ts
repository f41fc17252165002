/** Refresh tokens: good once, forgiving for a few seconds, over HTTP. */

import { testClockOf } from "@gatehouse/database/test-clock";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { createDpopKey, type DpopKey } from "../../test-support/dpop-key.ts";
import { RelyingSite, type Tokens } from "../../test-support/relying-site.ts";
import {
  redirectUri,
  suiteEnvironment,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";
import { createTestDatabase } from "../../test-support/test-database.ts";

const refreshing = {
  grants: ["authorization_code", "refresh_token"],
  scopes: ["openid", "profile", "offline_access"],
};
const asked = { scope: "openid offline_access", prompt: "consent" };

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let tool: RelyingSite;
let DATABASE_URL: string;
const open = () =>
  openTestHub({
    environment: { ...suiteEnvironment, DATABASE_URL },
    sites: () => ({
      suite: suiteRegistration("suite", refreshing),
      other: suiteRegistration("other", refreshing),
      tool: suiteRegistration("tool", { ...refreshing, clientAuthentication: "none" }, { secret: undefined }),
    }),
  });
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
  opened = await open();
  alice = await opened.createPerson({ username: "alice" });
});
beforeEach(() => {
  site = suiteSite(opened, "suite");
  tool = new RelyingSite(opened, { id: "tool", redirectUri });
});
afterAll(() => opened.close());

const start = (): Promise<Tokens> => site.round(new TestBrowser(opened), alice, asked);
const isAlive = async (answer: { readonly json: Readonly<Record<string, unknown>> }) =>
  (await site.userinfo(String(answer.json.access_token))).status === 200;
const refused = { status: 400, json: { error: "invalid_grant" } };

describe("RFC 9700 4.14.2 a refresh token used again", () => {
  test("within seconds, by the same site: the same response, whose tokens are valid", async () => {
    const { refresh_token } = await start();
    const first = await site.refresh(refresh_token);
    expect(first.json.refresh_token).not.toBe(refresh_token);
    await opened.advance(8);
    const again = await site.refresh(refresh_token);
    expect([again.status, again.json]).toEqual([200, first.json]);
    expect(again.headers["cache-control"]).toBe("no-store");
    expect(await isAlive(again)).toBe(true);
    expect((await site.refresh(String(first.json.refresh_token))).status).toBe(200);
  });

  test("later: refused, and the family is revoked", async () => {
    const { refresh_token } = await start();
    const first = await site.refresh(refresh_token);
    await opened.advance(11);
    expect(await site.refresh(refresh_token)).toMatchObject(refused);
    expect(await isAlive(first)).toBe(false);
    expect(await site.refresh(String(first.json.refresh_token))).toMatchObject(refused);
  });

  test("within seconds, with other parameters: counts as reuse", async () => {
    const { refresh_token } = await start();
    const first = await site.refresh(refresh_token);
    expect(await site.refresh(refresh_token, { scope: "openid" })).toMatchObject(refused);
    expect(await isAlive(first)).toBe(false);
  });

  test("RFC 6749 6 by another site: refused, and the token stays valid", async () => {
    const { refresh_token } = await start();
    const other = new RelyingSite(opened, { ...site.options, id: "other" });
    expect(await other.refresh(refresh_token)).toMatchObject(refused);
    const first = await site.refresh(refresh_token);
    expect(await other.refresh(refresh_token)).toMatchObject(refused);
    expect(await isAlive(first)).toBe(true);
  });

  test("50 concurrent requests get the same response", async () => {
    const { refresh_token } = await start();
    const answers = await Promise.all(Array.from({ length: 50 }, () => site.refresh(refresh_token)));
    expect(new Set(answers.map(({ status, json }) => JSON.stringify([status, json]))).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect(await isAlive(answers[0] ?? refused)).toBe(true);
  });

  test("no response is repeated after the access was revoked", async () => {
    const { refresh_token } = await start();
    const first = await site.refresh(refresh_token);
    await site.post("/oidc/token/revocation", { token: String(first.json.refresh_token) });
    expect(await site.refresh(refresh_token)).toMatchObject(refused);
  });

  test("RFC 7662 2.2 introspection reports a consumed token as inactive", async () => {
    const { refresh_token } = await start();
    const next = await site.refresh(refresh_token);
    const introspect = async (token: unknown) =>
      (await site.post("/oidc/token/introspection", { token: String(token) })).json.active;
    expect(await introspect(refresh_token)).toBe(false);
    expect(await introspect(next.json.refresh_token)).toBe(true);
  });

  test("the stored response cannot be decrypted with the database alone", async () => {
    const { refresh_token } = await start();
    const { json } = await site.refresh(refresh_token);
    const { rows } = await poolOf(opened.hub.database).query(
      "SELECT to_jsonb(a)::text AS text FROM oidc_artifacts a WHERE answer <> ''",
    );
    expect(rows.length).toBeGreaterThan(0);
    const kept = JSON.stringify(rows) + opened.lines.join("\n");
    for (const token of [refresh_token, json.refresh_token, json.access_token, json.id_token])
      expect(kept).not.toContain(token);
  });
});

describe("RFC 9449 5 refresh tokens of a public site are bound to its key", () => {
  const address = () => `${opened.origin}/oidc/token`;
  async function startBound(key: DpopKey): Promise<string> {
    const code = (await tool.visit(new TestBrowser(opened), alice, asked)).get("code") ?? "";
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
    const verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const { json } = await tool.post(
      "/oidc/token",
      { ...grant, code_verifier: verifier },
      { dpop: await key.proof("POST", address()) },
    );
    expect(json.token_type).toBe("DPoP");
    return String(json.refresh_token);
  }
  const refresh = async (token: string, key: DpopKey | undefined) =>
    tool.post(
      "/oidc/token",
      { grant_type: "refresh_token", refresh_token: token },
      key === undefined ? {} : { dpop: await key.proof("POST", address()) },
    );

  test("another key, or none, gets nothing, neither at first nor at a retry", async () => {
    const [key, thief] = await Promise.all([createDpopKey(), createDpopKey()]);
    const token = await startBound(key);
    for (const wrong of [thief, undefined]) expect(await refresh(token, wrong)).toMatchObject(refused);
    const first = await refresh(token, key);
    for (const wrong of [thief, undefined]) expect(await refresh(token, wrong)).toMatchObject(refused);
    const again = await refresh(token, key);
    expect([again.status, again.json]).toEqual([200, first.json]);
  });
});

describe("kill -9", () => {
  test("another process repeats the stored response, but not after the time limit", async () => {
    // A start puts the clock right, and what was written ahead of it would seem to be younger than it is.
    await testClockOf(opened.hub.database).reset();
    const { refresh_token } = await start();
    const first = await site.refresh(refresh_token);
    const other = await open();
    try {
      const there = new RelyingSite(other, site.options);
      expect((await there.refresh(refresh_token)).json).toEqual(first.json);
      await other.advance(11);
      expect(await there.refresh(refresh_token)).toMatchObject(refused);
    } finally {
      await other.close();
    }
  });

  test("a process that began and never answered has consumed nothing", async () => {
    const { refresh_token } = await start();
    await opened.hub.database.refreshExchanges.begin(refresh_token ?? "");
    const waiting = site.refresh(refresh_token);
    await opened.advance(2);
    const { status, json } = await waiting;
    expect([status, json.refresh_token]).toEqual([200, expect.any(String)]);
  });
});
