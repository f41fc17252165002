/** What is refused, with which error, and what the log says of it; titled by section. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { type RelyingSite, received, type Tokens, verifier } from "../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSecret, suiteSite } from "../test-support/suite-site.ts";
import { createLogoutToken } from "./logout-token.ts";

const redirectUri = "https://suite.example/callback?fixed=1";
const opaqueApi = "https://opaque.example/api";
const jwtApi = "https://jwt.example/api";
const api = (resource: string, tokens: string) => ({
  resource,
  tokens,
  scopes: { read: "see things", write: "change things" },
});

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let other: RelyingSite;
let browser: TestBrowser;
beforeAll(async () => {
  const oidc = {
    redirectUris: [redirectUri],
    grants: ["authorization_code", "refresh_token"],
    scopes: ["openid", "profile", "offline_access", "read"],
    backchannelLogoutUrl: `${opaqueApi}/logout`,
  };
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      suite: suiteRegistration("suite", oidc),
      other: suiteRegistration("other", oidc),
      opaque: suiteRegistration("opaque", oidc, { api: api(opaqueApi, "opaque") }),
      jwt: suiteRegistration("jwt", oidc, { api: api(jwtApi, "jwt") }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  site = suiteSite(opened, "suite", { redirectUri });
  other = suiteSite(opened, "other", { redirectUri });
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
});
afterAll(() => opened.close());

let before = 0;
beforeEach(() => {
  before = opened.lines.length;
});
/** What was logged since the test began: that something was refused and why, never what was sent. */
function expectLogged(event: string, error: string, ...secrets: readonly string[]): void {
  const lines = opened.lines.slice(before);
  const refusals = lines.filter((line) => line.includes(`"oidc.${event}.error"`) && line.includes(error));
  expect(refusals.length).toBeGreaterThan(0);
  for (const value of secrets) {
    expect(value.length).toBeGreaterThan(15);
    expect(lines.join("\n")).not.toContain(value);
  }
}
const codeFor = async (one = site) => (await one.visit(browser, alice)).get("code") ?? "";
const errorAt = async (more: Record<string, string | undefined>) =>
  received(await browser.get(site.authorization(more))).get("error");

describe("RFC 6749 4.1.3 a code", () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    ["with another verifier", { code_verifier: "x".repeat(43) }, "invalid_grant"],
    ["without its verifier", { code_verifier: undefined }, "invalid_grant"],
    ["with an empty verifier", { code_verifier: "" }, "invalid_grant"],
    [
      "with the challenge for a verifier",
      { code_verifier: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" },
      "invalid_grant",
    ],
    ["for another redirect URI", { redirect_uri: "https://suite.example/callback" }, "invalid_grant"],
    ["without its redirect URI", { redirect_uri: undefined }, "invalid_request"],
  ])("%s is refused, and logged without its values", async (_, wrong, error) => {
    const code = await codeFor();
    const answer = await site.exchange(code, wrong);
    expect([answer.status, answer.json.error]).toEqual([400, error]);
    expectLogged("grant", error, code, verifier, suiteSecret);
  });

  test("of another site is refused, and still good for the one it was made for", async () => {
    const code = await codeFor();
    expect((await other.exchange(code)).json.error).toBe("invalid_grant");
    expect((await site.exchange(code)).status).toBe(200);
  });

  test("10.5 of a minute ago is refused", async () => {
    const code = await codeFor();
    await opened.advance(61);
    expect((await site.exchange(code)).json.error).toBe("invalid_grant");
  });

  test.each(["\0", "a\0b", "'; DROP TABLE users; --", "x".repeat(5000), "#".repeat(64), ""])(
    "that was never made (%j) is refused, and no failure of ours",
    async (code) => {
      const { status, json } = await site.exchange(code);
      expect([status, json.error]).toEqual([400, code === "" ? "invalid_request" : "invalid_grant"]);
    },
  );
});

describe("OpenID Connect Core 3.1.2.6, RFC 6749 4.1.2.1 an authorization request", () => {
  test.each<[string, Record<string, string | undefined>, string]>([
    [
      "without a challenge",
      { code_challenge: undefined, code_challenge_method: undefined },
      "invalid_request",
    ],
    ["with a method and no challenge", { code_challenge: undefined }, "invalid_request"],
    ["with a challenge that is plain by default", { code_challenge_method: undefined }, "invalid_request"],
    ["with plain", { code_challenge_method: "plain" }, "invalid_request"],
    ["with a challenge that is none", { code_challenge: "short" }, "invalid_request"],
    ["for a token by the browser", { response_type: "token" }, "unsupported_response_type"],
    [
      "for an ID token by the browser",
      { response_type: "id_token", nonce: "n" },
      "unsupported_response_type",
    ],
    ["with a scope beyond the registration", { scope: "openid email" }, "invalid_scope"],
    ["with claims that are no JSON", { claims: "{" }, "invalid_request"],
    [
      "with claims without end",
      { claims: `{"id_token":{"x":{"values":${"[".repeat(2000)}${"]".repeat(2000)}}}}` },
      "invalid_request",
    ],
    ["with a wrong max_age", { max_age: "-1" }, "invalid_request"],
    ["with prompts that exclude each other", { prompt: "none login" }, "invalid_request"],
    ["for an API that there is none of", { resource: "https://nobody.example/" }, "invalid_target"],
    ["for an API by something that is no address", { resource: "api" }, "invalid_target"],
    ["with an id_token_hint that is none", { id_token_hint: "x.y.z" }, "invalid_request"],
    ["with a registration of its own", { registration: "{}" }, "registration_not_supported"],
  ])("%s is answered with an error and state, and logged", async (_, wrong, error) => {
    const answer = received(await browser.get(site.authorization({ state: "s", ...wrong })));
    const said = [answer.get("error"), answer.get("state"), answer.get("code"), answer.get("fixed")];
    expect(said).toEqual([error, "s", null, "1"]);
    expect(answer.get("iss")).toBe(`${opened.origin}/oidc`);
    expectLogged("authorization", error);
  });

  test.each<[string, Record<string, string>]>([
    ["a nonce", { nonce: "a\0b" }],
    ["a kind of sign-in", { acr_values: "\0" }],
    ["a key", { dpop_jkt: "\0" }],
    ["a hint", { login_hint: "\0", ui_locales: "\0", state: "\0" }],
    ["a claim", { claims: '{"id_token":{"x\\u0000":{"value":"\\ud800"}}}' }],
  ])("with %s that no database takes is no failure of ours", async (_, odd) => {
    const stranger = new TestBrowser(opened);
    for (const one of [browser, stranger]) expect((await one.get(site.authorization(odd))).status).toBe(303);
    for (const one of [browser, stranger])
      expect((await one.get("/oidc/session/end?state=%00")).status).toBe(200);
  });

  test("RFC 6749 3.1 with a parameter twice", async () => {
    const twice = await browser.get(`${site.authorization({ state: "s" })}&nonce=a&nonce=b`);
    expect(received(twice).get("error")).toBe("invalid_request");
    for (const name of ["client_id", "redirect_uri"]) {
      const again = name === "client_id" ? "suite" : redirectUri;
      const answer = await browser.get(`${site.authorization()}&${new URLSearchParams({ [name]: again })}`);
      expect([answer.status, answer.location]).toEqual([400, ""]);
    }
    const form = "application/x-www-form-urlencoded";
    const posted = await browser.send("POST", "/oidc/auth", { "content-type": form }, "state=a&state=b");
    expect([posted.status, posted.location]).toEqual([400, ""]);
  });

  test("in other letters is the same request, and costs nobody her session", async () => {
    const path = site.authorization().replace("/oidc/auth", "/oidc/AUTH");
    expect(received(await browser.get(path)).get("code")).not.toBeNull();
    for (const spelt of ["/oidc/SESSION/end", "/oidc/Session/End/"])
      expect((await browser.get(spelt)).screen("sign-out")).toBeDefined();
    expect((await browser.get("/account")).status).toBe(200);
    for (const spelt of ["/oidc/device/auth", "/oidc/Device/AUTH/"])
      expect((await browser.get(spelt)).status).toBe(404);
  });

  test("RFC 9700 4.11.2 with an unknown site, or an unregistered redirect URI, is never redirected", async () => {
    for (const wrong of [
      { client_id: "nobody" },
      { client_id: "\0" },
      { client_id: "__proto__" },
      ...["", "&x=1", "#fragment", "/../callback"].map((end) => ({
        redirect_uri: `https://suite.example/callback${end}`,
      })),
      { redirect_uri: redirectUri.replace("suite.example", "suite.example.evil.example") },
      { redirect_uri: redirectUri.replace("https:", "http:") },
      { redirect_uri: redirectUri.replace("suite", "SUITE") },
      { redirect_uri: redirectUri.replace("//", "//user@") },
      { redirect_uri: "javascript:alert(1)" },
    ]) {
      const answer = await browser.get(site.authorization(wrong));
      expect([answer.status, answer.location]).toEqual([400, ""]);
      expect(answer.screen("refused").title).toBe("This did not work");
    }
  });

  test("RFC 6749 3.3 for a scope of an API beyond the registration is refused, by refresh too", async () => {
    const tokens = await site.round(browser, alice, { scope: "openid read", resource: opaqueApi });
    expect(tokens.scope).toBe("read");
    expect(await errorAt({ scope: "openid read write", resource: opaqueApi })).toBe("invalid_scope");
    const offline = { scope: "openid offline_access read", prompt: "consent", resource: opaqueApi };
    const { refresh_token } = await site.round(browser, alice, offline);
    const wider = { scope: "openid read write", resource: opaqueApi };
    expect((await site.refresh(refresh_token, wider)).json.error).toBe("invalid_scope");
  });
});

describe("RFC 6749 5.2 a token request", () => {
  test.each<[string, string, string]>([
    ["by password", "grant_type=password&username=alice&password=x", "unsupported_grant_type"],
    ["by a grant of its own", "grant_type=anything", "unsupported_grant_type"],
    ["by a grant that is not registered", "grant_type=client_credentials", "unauthorized_client"],
    ["with a parameter twice", "grant_type=authorization_code&code=a&code=b", "invalid_request"],
    ["with its grant twice", "grant_type=refresh_token&grant_type=refresh_token", "invalid_request"],
    ["without a grant", "code=a", "invalid_request"],
  ])("%s", async (_, body, error) => {
    const authorization = `Basic ${btoa(`suite:${suiteSecret}`)}`;
    const { status, json } = await site.postRaw("/oidc/token", body, { authorization });
    expect([status, json.error]).toEqual([400, error]);
    expectLogged("grant", error, suiteSecret);
  });
});

describe("RFC 8725 3.11, RFC 9700 2.3 a token of another kind or for another", () => {
  let tokens: Tokens;
  beforeAll(async () => {
    tokens = await site.round(browser, alice, { scope: "openid offline_access", prompt: "consent" });
  });
  const introspect = async (one: RelyingSite, token: string) =>
    (await one.post("/oidc/token/introspection", { token })).json;

  test("ID token, refresh token and code open nothing at userinfo", async () => {
    for (const wrong of [tokens.id_token, tokens.refresh_token ?? "", await codeFor(), "x", ""]) {
      const { status, headers, json } = await site.userinfo(wrong);
      expect([400, 401]).toContain(status);
      expect(json).not.toHaveProperty("sub");
      if (status === 401)
        expect(headers["www-authenticate"]).toMatch(/^Bearer realm=.*error="invalid_token"/);
    }
    expectLogged("userinfo", "invalid_token", tokens.id_token, tokens.refresh_token ?? "");
  });

  test("an access token is no refresh token and no code, and a refresh token no code", async () => {
    for (const wrong of [tokens.access_token, tokens.id_token])
      expect((await site.refresh(wrong)).json.error).toBe("invalid_grant");
    for (const wrong of [tokens.access_token, tokens.refresh_token ?? ""])
      expect((await site.exchange(wrong)).json.error).toBe("invalid_grant");
  });

  test("a token for an API, opaque or JWT, is none for userinfo or for another API", async () => {
    const [opaque, jwt] = [suiteSite(opened, "opaque"), suiteSite(opened, "jwt")];
    for (const resource of [opaqueApi, jwtApi]) {
      const { access_token } = await site.round(browser, alice, { scope: "openid read", resource });
      expect([401, 403]).toContain((await site.userinfo(access_token)).status);
      if (resource === jwtApi) expect(decodeJwt(access_token)).toMatchObject({ aud: jwtApi, scope: "read" });
      else {
        expect(await introspect(opaque, access_token)).toMatchObject({ active: true, aud: opaqueApi });
        expect(await introspect(jwt, access_token)).toEqual({ active: false });
        expect(await introspect(other, access_token)).toEqual({ active: false });
      }
    }
  });

  test("a logout token and an access token are no id_token_hint", async () => {
    const suite = opened.hub.sites.find("suite");
    if (suite === undefined) throw new Error("it is not registered");
    const logoutToken = await createLogoutToken(opened.hub, suite, "sid");
    const { access_token } = await site.round(browser, alice, { scope: "openid read", resource: jwtApi });
    for (const id_token_hint of [logoutToken, access_token, tokens.access_token])
      expect(await errorAt({ prompt: "none", id_token_hint })).toBe("invalid_request");
  });

  test("RFC 6750 2 a token sent in two ways", async () => {
    const headers = {
      authorization: `Bearer ${tokens.access_token}`,
      "content-type": "application/x-www-form-urlencoded",
    };
    const body = `access_token=${tokens.access_token}`;
    expect((await site.postRaw("/oidc/me", body, headers)).json.error).toBe("invalid_request");
    const answer = await browser.get(`/oidc/me?${body}`);
    expect([400, 401]).toContain(answer.status);
  });

  test("RFC 7009 2.1 a site ends its own tokens and nobody else's", async () => {
    expect((await other.post("/oidc/token/revocation", { token: tokens.access_token })).status).toBe(200);
    expect((await site.userinfo(tokens.access_token)).status).toBe(200);
    await site.post("/oidc/token/revocation", { token: tokens.access_token });
    expect((await site.userinfo(tokens.access_token)).status).toBe(401);
  });
});
