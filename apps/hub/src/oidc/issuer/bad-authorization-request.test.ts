/** Authorization requests that are refused, with which error, and what the log says of it; titled by section. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestBrowser } from "../../test-hub.ts";
import {
  alice,
  beginLog,
  browser,
  closeBadInputFixture,
  errorAt,
  expectLogged,
  opaqueApi,
  openBadInputFixture,
  opened,
  redirectUri,
  site,
} from "../../test-support/bad-input-fixture.ts";
import { received } from "../../test-support/relying-site.ts";

beforeAll(openBadInputFixture);
beforeEach(beginLog);
afterAll(closeBadInputFixture);

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
  ])("%s gets an error with state, and is logged", async (_, wrong, error) => {
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
  ])("with %s that the database cannot store gets an error, not a 500", async (_, odd) => {
    const stranger = new TestBrowser(opened);
    for (const one of [browser, stranger]) expect((await one.get(site.authorization(odd))).status).toBe(303);
    // A signed-in user is asked; a browser without a session is redirected.
    for (const [one, status] of [
      [browser, 200],
      [stranger, 303],
    ] as const)
      expect((await one.get("/oidc/session/end?state=%00")).status).toBe(status);
  });

  test("RFC 6749 3.1 with a repeated parameter", async () => {
    const twice = await browser.get(`${site.authorization({ state: "s" })}&nonce=a&nonce=b`);
    expect(received(twice).get("error")).toBe("invalid_request");
    for (const name of ["client_id", "redirect_uri"]) {
      const again = name === "client_id" ? "suite" : redirectUri;
      const answer = await browser.get(`${site.authorization()}&${new URLSearchParams({ [name]: again })}`);
      expect([answer.status, answer.location]).toEqual([400, ""]);
    }
  });

  test("in other letter case is the same request, and ends no session", async () => {
    const path = site.authorization().replace("/oidc/auth", "/oidc/AUTH");
    expect(received(await browser.get(path)).get("code")).not.toBeNull();
    for (const spelt of ["/oidc/SESSION/end", "/oidc/Session/End/"])
      expect((await browser.get(spelt)).screen("sign-out").action).toBe("/oidc/session/end/confirm");
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
      expect(answer.screen("refused").title).toMatch(
        /This site is not registered here|We cannot send you back/,
      );
    }
  });

  test("that ends at a page is found in the log by the page's reference, with the address to register", async () => {
    const wrong = { redirect_uri: "https://suite.example/other?state=a-secret" };
    const { code, reference } = (await browser.get(site.authorization(wrong))).screen("refused");
    const line = opened.lines.find((candidate) => candidate.includes(`"requestId":"${reference}"`)) ?? "";
    expect([code, line]).toEqual([
      "invalid_redirect_uri",
      expect.stringContaining('"address":"https://suite.example/other"'),
    ]);
    expect(line).toContain('"site":"suite"');
  });

  test("RFC 6749 3.3 for a scope of an API beyond the registration is refused, also at refresh", async () => {
    const tokens = await site.round(browser, alice, { scope: "openid read", resource: opaqueApi });
    expect(tokens.scope).toBe("read");
    expect(await errorAt({ scope: "openid read write", resource: opaqueApi })).toBe("invalid_scope");
    const offline = { scope: "openid offline_access read", prompt: "consent", resource: opaqueApi };
    const { refresh_token } = await site.round(browser, alice, offline);
    const wider = { scope: "openid read write", resource: opaqueApi };
    expect((await site.refresh(refresh_token, wider)).json.error).toBe("invalid_scope");
  });
});
