/** How many statements a round takes: they are what it costs (docs/decisions/0014), so that they are counted. */
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import type { RelyingSite, Tokens } from "../../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../../test-support/suite-site.ts";

const asked = { scope: "openid offline_access", prompt: "consent" };

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let browser: TestBrowser;
let tokens: Tokens;
beforeAll(async () => {
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      suite: suiteRegistration("suite", {
        grants: ["authorization_code", "refresh_token", "client_credentials"],
        scopes: ["openid", "profile", "offline_access", "account.read"],
        idTokenAlgorithm: "ES256",
      }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  site = suiteSite(opened, "suite");
  browser = new TestBrowser(opened);
  tokens = await site.round(browser, alice, asked);
});
afterAll(() => opened.close());

/** Every statement takes a connection out of the pool. */
async function statementsOf(run: () => Promise<unknown>): Promise<number> {
  const pool = poolOf(opened.hub.database);
  let count = 0;
  const counted = () => {
    count++;
  };
  pool.on("acquire", counted);
  await run();
  pool.off("acquire", counted);
  return count;
}

test("signed in, authorization request: the session with its grant, and the code", async () => {
  let code = "";
  expect(
    await statementsOf(async () => {
      code = (await site.visit(browser, alice)).get("code") ?? "";
    }),
  ).toBe(2);
  expect(await statementsOf(async () => expect((await site.exchange(code)).status).toBe(200))).toBe(2);
});

test("client credentials: the token", async () => {
  const run = async () =>
    expect((await site.post("/oidc/token", { grant_type: "client_credentials" })).status).toBe(200);
  expect(await statementsOf(run)).toBe(1);
});

test("introspection and userinfo: the token with its grant and session", async () => {
  const token = tokens.access_token;
  const introspect = async () =>
    expect((await site.post("/oidc/token/introspection", { token })).json.active).toBe(true);
  expect(await statementsOf(introspect)).toBe(1);
  expect(await statementsOf(async () => expect((await site.userinfo(token)).status).toBe(200))).toBe(1);
});

test("the hub's own API: the token with its user, and the use", async () => {
  const more = { scope: "openid account.read", resource: `${opened.origin}/api/v1` };
  const { access_token } = await site.round(browser, alice, more);
  const headers = { authorization: `Bearer ${access_token}` };
  const run = async () => expect((await new TestBrowser(opened).get("/api/v1/me", headers)).status).toBe(200);
  expect(await statementsOf(run)).toBe(2);
});

test("refresh: find the token, begin the exchange, store the new tokens, store the answer", async () => {
  const run = async () => expect((await site.refresh(tokens.refresh_token)).status).toBe(200);
  expect(await statementsOf(run)).toBe(4);
});
