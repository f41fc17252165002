/** Sign-in with GitHub, against a server with the addresses of a GitHub Enterprise. */

import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { openListener } from "../test-support/open-listener.ts";

let opened: TestHub;
let github: Server;
let issuer: string;
let zoe: TestPerson;
let browser: TestBrowser;
/** The body of the latest token request. */
let asked: URLSearchParams;
const user: Record<string, unknown> = {};
let emails: unknown;
beforeAll(async () => {
  const { listener, origin } = await openListener();
  issuer = origin;
  github = createServer(async (request, response) => {
    if (request.url === "/login/oauth/access_token") asked = new URLSearchParams(await text(request));
    const isAllowed = request.headers.authorization === "Bearer token-1";
    const body = {
      "/login/oauth/access_token": { access_token: "token-1", token_type: "bearer", scope: "user:email" },
      "/api/v3/user": isAllowed && user,
      "/api/v3/user/emails": isAllowed && emails,
    }[request.url ?? ""];
    response.setHeader("content-type", "application/json").end(JSON.stringify(body));
  }).listen(listener);
  opened = await openTestHub({
    environment: {
      UPSTREAMS: "github",
      UPSTREAM_GITHUB_ISSUER: issuer,
      UPSTREAM_GITHUB_CLIENT_ID: "gatehouse",
      UPSTREAM_GITHUB_CLIENT_SECRET: "a secret",
      UPSTREAM_GITHUB_TRUST_EMAIL: "on",
    },
  });
});
beforeEach(async () => {
  browser = new TestBrowser(opened);
  zoe = await opened.createPerson();
  Object.assign(user, { id: Math.floor(Math.random() * 1e9), login: "zoe-codes", name: "Zoe", email: null });
  emails = [{ email: `${zoe.username}@example.com`, primary: true, verified: true }];
});
afterAll(async () => {
  await opened.close();
  github.close();
  github.closeAllConnections();
});

async function signIn() {
  const form = await browser.get("/cas/login");
  const begun = await browser.post("/upstream/github", browser.hiddenFields(form));
  const address = new URL(begun.location);
  expect(address.href.startsWith(`${issuer}/login/oauth/authorize?`)).toBe(true);
  const query = new URLSearchParams({ code: "code-1", state: address.searchParams.get("state") ?? "" });
  return browser.get(`/upstream/callback/github?${query}`, { "sec-fetch-site": "cross-site" });
}
const unknown = async () => (await browser.follow(await signIn())).screen("upstream-unknown");

test("a connected account signs its user in, with PKCE, and never as a fresh sign-in", async () => {
  const account = { provider: "github", id: String(user.id), label: "zoe-codes" };
  await opened.hub.database.upstreamAccounts.link({ ...account, personId: zoe.id }, testRecord);
  expect((await signIn()).location).toBe("/account");
  expect([asked.get("code"), asked.get("code_verifier")?.length]).toEqual(["code-1", 43]);
  const fresh = await browser.get("/account/security/codes/new");
  expect(fresh.location).toContain("reason=fresh-sign-in");
});

test("GitHub cannot ask the user again, so it is not offered where a fresh sign-in is required", async () => {
  const form = await browser.get("/cas/login?renew=true");
  expect(form.screen("login").providers).toEqual([]);
  const answer = await browser.post("/upstream/github", browser.hiddenFields(form));
  expect(answer.screen("refused").code).toBe("upstream_not_fresh");
});

test("the verified primary address counts", async () => {
  expect(await unknown()).toMatchObject({
    label: `${zoe.username}@example.com`,
    signUp: { mode: "known-address" },
  });
});

test.each([
  ["an unverified address", (email: string) => [{ email, primary: true, verified: false }]],
  ["an address that is not the primary one", (email: string) => [{ email, primary: false, verified: true }]],
  ["an answer that is no list", () => ({ message: "Not Found" })],
])("%s does not count, nor does the public one of the profile", async (_what, listed) => {
  user.email = `${zoe.username}@example.com`;
  emails = listed(`${zoe.username}@example.com`);
  expect(await unknown()).toMatchObject({ label: "zoe-codes", signUp: { mode: "mail", href: "/sign-up" } });
});

test("an answer without the number of an account signs nobody in", async () => {
  user.id = undefined;
  expect((await signIn()).screen("refused").code).toBe("upstream_invalid");
});
