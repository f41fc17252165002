/** OpenID Connect Core 1.0, 3.1.2.1: the authorization endpoint takes by POST what it takes by GET. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type BrowserAnswer,
  openTestHub,
  TestBrowser,
  type TestHub,
  type TestPerson,
} from "../../test-hub.ts";
import { readModel } from "../../test-support/frontend-stand-in.ts";
import {
  type Parameters,
  type RelyingSite,
  received,
  signInAndConsent,
} from "../../test-support/relying-site.ts";
import {
  suiteEnvironment as environment,
  redirectUri,
  suiteRegistration,
  suiteSite,
} from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let browser: TestBrowser;
beforeAll(async () => {
  const more = { postLogoutRedirectUris: ["https://suite.example/bye"], scopes: ["openid", "read"] };
  const api = (resource: string) => ({
    oidc: undefined,
    api: { resource, scopes: { read: "read it" } },
  });
  opened = await openTestHub({
    environment,
    sites: () => ({
      suite: suiteRegistration("suite", more),
      api: suiteRegistration("api", {}, api("https://api.example/")),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  site = suiteSite(opened, "suite");
});
beforeEach(async () => {
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

const form = "application/x-www-form-urlencoded";
/** A page of the site has the browser post; cookies that are `SameSite=Lax` stay at home. */
const fromTheSite = {
  "content-type": form,
  origin: "https://suite.example",
  "sec-fetch-site": "cross-site",
  "sec-fetch-mode": "navigate",
};
const query = (more: Parameters = {}) => site.authorization({ state: "s", ...more }).split("?")[1] ?? "";
const post = (body: string, headers: object = {}, path = "/oidc/auth") =>
  browser.send("POST", path, { ...fromTheSite, ...headers }, body);

/** Where redirects within the hub end. */
async function end(from: BrowserAnswer): Promise<BrowserAnswer> {
  let answer = from;
  while (browser.leadsOn(answer)) answer = await browser.follow(answer);
  return answer;
}

/** Of an answer, what has to be the same each time. */
function outcomeOf(answer: BrowserAnswer) {
  const screen = readModel(answer.body)?.name;
  const said = answer.location === "" ? {} : Object.fromEntries(received(answer));
  const code = said.code === undefined ? {} : { code: "one" };
  return { status: answer.status, screen, to: answer.location.split(/[?#]/)[0], ...said, ...code };
}

describe("3.1.2.1 a request by POST has the outcome of the same request by GET", () => {
  const long = "x".repeat(7000);
  const tooLong = "x".repeat(8001);
  test.each<[string, () => string, object]>([
    ["a code", () => query(), { code: "one", state: "s", to: redirectUri }],
    ["without a page", () => query({ prompt: "none" }), { code: "one" }],
    ["a long nonce", () => query({ nonce: long }), { code: "one" }],
    ["a long state", () => query({ state: long }), { code: "one", state: long }],
    ["a nonce too long to store", () => query({ nonce: tooLong }), { error: "invalid_request", state: "s" }],
    ["a state too long to store", () => query({ state: tooLong }), { status: 400, screen: "refused" }],
    [
      "parameters that are too long together",
      () => query({ nonce: long, login_hint: long }),
      { error: "invalid_request" },
    ],
    ["empty values", () => `${query()}&nonce=&login_hint=&prompt=`, { code: "one" }],
    ["bytes that are no UTF-8, and none at all", () => `${query()}&login_hint=%E9%00`, { code: "one" }],
    ["what nobody knows, twice", () => `${query()}&extra=1&extra=2`, { code: "one" }],
    ["a parameter twice", () => `${query()}&nonce=a&nonce=b`, { error: "invalid_request", state: "s" }],
    ["a state twice", () => `${query()}&state=t`, { error: "invalid_request" }],
    ["a response_type twice", () => `${query()}&response_type=code`, { error: "invalid_request" }],
    [
      "two APIs",
      () =>
        `${query({ scope: "openid read", resource: "https://api.example/" })}&resource=https://no.example/`,
      { error: "invalid_target" },
    ],
    ["a request object", () => query({ request: "x.y.z" }), { error: "request_not_supported" }],
    [
      "a request_uri",
      () => query({ request_uri: "https://x.example" }),
      { error: "request_uri_not_supported" },
    ],
    ["another redirect URI", () => query({ redirect_uri: "https://x.example/" }), { status: 400 }],
    ["nothing", () => "", { status: 400, screen: "refused" }],
    ["a form to bring the code by", () => query({ response_mode: "form_post" }), { screen: "ticket-form" }],
    ["the password again", () => query({ prompt: "login" }), { screen: "login" }],
  ])("%s", async (_, body, expected) => {
    const byPost = outcomeOf(await end(await post(body())));
    expect(byPost).toMatchObject(expected);
    expect(byPost).toEqual(outcomeOf(await end(await browser.get(`/oidc/auth?${body()}`))));
  });

  test("3.1.2.6 without a session and with prompt=none", async () => {
    browser = new TestBrowser(opened);
    const answer = received(await end(await post(query({ prompt: "none" }))));
    expect([answer.get("error"), answer.get("state")]).toEqual(["login_required", "s"]);
  });

  test("without a session, through the sign-in form", async () => {
    browser = new TestBrowser(opened);
    const answer = received(await signInAndConsent(browser, alice, await post(query())));
    expect((await site.tokens(answer)).claims.sub).toBe(alice.id);
  });

  test.each<[string, object]>([
    ["a charset", { "content-type": `${form}; charset=ISO-8859-1` }],
    ["capitals", { "content-type": "Application/X-WWW-Form-Urlencoded;charset=UTF-8" }],
    ["no content type", { "content-type": "" }],
  ])("with %s", async (_, headers) => {
    expect(outcomeOf(await end(await post(query(), headers)))).toMatchObject({ code: "one", state: "s" });
  });

  test("with characters that an address cannot hold, unchanged", async () => {
    const answer = await post(`${query({ state: undefined })}&state=a b#\\ü`);
    expect(received(await end(answer)).get("state")).toBe("a b#\\ü");
  });

  test.each(["/oidc/AUTH", "/oidc/auth/", "/oidc//auth"])("at the path %s", async (path) => {
    expect(outcomeOf(await end(await post(query(), {}, path)))).toMatchObject({ code: "one" });
  });

  test("RFC 6749 3.1 parameters in the query of the endpoint count too", async () => {
    const path = `/oidc/auth?${query({ nonce: undefined, scope: undefined })}`;
    const answer = received(await end(await post("scope=openid&nonce=n", {}, path)));
    expect((await site.tokens(answer)).claims.nonce).toBe("n");
  });

  test("as JSON, or beyond 64 kB, it is refused by a page that says so", async () => {
    const json = await post("{}", { "content-type": "application/json" });
    expect([json.status, json.screen("refused").code]).toEqual([415, "content_type_unsupported"]);
    const large = await post("x".repeat(70_000));
    expect([large.status, large.screen("refused").code]).toEqual([413, "body_too_large"]);
  });
});

describe("a request that is too long for an address", () => {
  const nonce = "n".repeat(7000);

  test("is stored: the browser goes to a short address, which can be reloaded", async () => {
    const posted = await post(query({ nonce }));
    expect(posted.status).toBe(303);
    expect(posted.location.length).toBeLessThan(100);
    for (const _ of ["once", "again"]) {
      const tokens = await site.tokens(received(await end(await browser.get(posted.location))));
      expect(tokens.claims.nonce).toBe(nonce);
    }
  });

  test("survives a sign-in", async () => {
    browser = new TestBrowser(opened);
    const answer = received(await signInAndConsent(browser, alice, await post(query({ nonce }))));
    expect((await site.tokens(answer)).claims.nonce).toBe(nonce);
  });

  test("is refused beyond 8,000 bytes, which limits what a visit can store", async () => {
    browser = new TestBrowser(opened);
    const posted = await post(query({ nonce: "n".repeat(40_000) }));
    expect(posted.location).toContain("posted=");
    const visited = await browser.get(posted.location);
    expect(received(visited).get("error_description")).toContain("nonce takes 40000");
    expect(visited.cookies.join()).not.toContain("interaction");
  });

  test("is refused on a page if its state is too long for a Location header", async () => {
    browser = new TestBrowser(opened);
    for (const state of ["s".repeat(8_100), "\u0001".repeat(1_400)]) {
      const visited = await browser.get((await post(query({ state }))).location);
      expect([visited.status, visited.location]).toEqual([400, ""]);
      expect(JSON.stringify(visited.screen("refused"))).not.toContain(state);
    }
  });

  test("is stored for ten minutes; then a page says how to continue", async () => {
    const posted = await post(query({ nonce }));
    await opened.advance(601);
    const answer = await browser.get(posted.location);
    expect([answer.status, answer.screen("refused").code]).toEqual([400, "flow_expired"]);
  });

  test("that never existed counts as expired", async () => {
    const answer = await browser.get(`/oidc/auth?posted=${"x".repeat(32)}`);
    expect([answer.status, answer.screen("refused").code]).toEqual([400, "flow_expired"]);
  });

  test("RP-Initiated Logout 2: signs out by POST too", async () => {
    const { id_token } = await site.round(browser, alice);
    const fields = {
      id_token_hint: id_token,
      post_logout_redirect_uri: "https://suite.example/bye",
      state: "s",
    };
    const body = `${new URLSearchParams(fields)}&ui_locales=${"x".repeat(20_000)}`;
    const { location } = await end(await post(body, {}, "/oidc/session/end"));
    expect(location).toBe("https://suite.example/bye?state=s");
  });
});
