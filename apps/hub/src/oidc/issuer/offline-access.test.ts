/** OpenID Connect Core 11: refresh tokens of first-party sites, which ask nobody. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import type { Parameters, RelyingSite } from "../../test-support/relying-site.ts";
import {
  suiteEnvironment as environment,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  const register = (id: string, oidc: object = {}, more: object = {}) =>
    suiteRegistration(
      id,
      { grants: ["authorization_code", "refresh_token"], scopes: ["openid", "offline_access"], ...oidc },
      more,
    );
  opened = await openTestHub({
    environment,
    sites: () => ({
      family: register("family"),
      third: register("third", {}, { firstParty: false }),
      codes: register("codes", { grants: ["authorization_code"] }),
      unlisted: register("unlisted", { scopes: ["openid"] }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

const scope = "openid offline_access";
const refreshed = async (site: RelyingSite, token: string | undefined) => (await site.refresh(token)).status;

async function round(id: string, more: Parameters = {}) {
  const browser = new TestBrowser(opened);
  const site = suiteSite(opened, id);
  const tokens = await site.round(browser, alice, { scope, ...more });
  return { browser, site, tokens };
}

test("a first-party site gets a refresh token without prompt=consent, and it ends with the session", async () => {
  const { browser, site, tokens } = await round("family");
  const { status, json } = await site.refresh(tokens.refresh_token);
  expect(status).toBe(200);
  await browser.get("/cas/logout");
  expect(await site.refresh(String(json.refresh_token))).toMatchObject({
    status: 400,
    json: { error: "invalid_grant" },
  });
});

test("a second visit in the same session gets one too", async () => {
  const { browser, site } = await round("family");
  const again = await site.round(browser, alice, { scope });
  expect(await refreshed(site, again.refresh_token)).toBe(200);
});

test("with prompt=consent the refresh token outlives the session, because the user allowed it", async () => {
  const { browser, site, tokens } = await round("family", { prompt: "consent" });
  await browser.get("/cas/logout");
  expect(await refreshed(site, tokens.refresh_token)).toBe(200);
});

test("RFC 9126 2.1 a pushed request is treated like any other", async () => {
  const site = suiteSite(opened, "family");
  const pushed = await site.post("/oidc/request", pushable(site));
  expect(pushed.status).toBe(201);
  const { tokens } = await round("family", {
    ...{ scope: undefined, redirect_uri: undefined, response_type: undefined },
    ...{ code_challenge: undefined, code_challenge_method: undefined },
    request_uri: String(pushed.json.request_uri),
  });
  expect(await refreshed(site, tokens.refresh_token)).toBe(200);
});

test("a posted request is treated like any other", async () => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  const site = suiteSite(opened, "family");
  const answer = await browser.post("/oidc/auth", pushable(site));
  let end = answer;
  while (browser.leadsOn(end)) end = await browser.follow(end);
  const tokens = await site.tokens(new URL(end.location).searchParams);
  expect(await refreshed(site, tokens.refresh_token)).toBe(200);
});

test.each([
  ["a third-party site without prompt=consent", "third"],
  ["a site without the grant refresh_token", "codes"],
  ["a site whose registration lacks offline_access", "unlisted"],
] as const)("%s gets no refresh token", async (_, id) => {
  expect((await round(id)).tokens.refresh_token).toBeUndefined();
});

test("a site that does not ask for offline_access gets none", async () => {
  expect((await round("family", { scope: "openid" })).tokens.refresh_token).toBeUndefined();
});

/** The parameters of the site's request. */
function pushable(site: RelyingSite): Record<string, string> {
  const { search } = new URL(site.authorization({ scope }), "http://hub.example");
  return Object.fromEntries(new URLSearchParams(search));
}
