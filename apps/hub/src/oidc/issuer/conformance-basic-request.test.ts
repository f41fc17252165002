/**
 * Authorization requests of the plans `oidcc-basic` and `oidcc-formpost-basic` of the OpenID Foundation's conformance
 * suite; module by module under the suite's names.
 */
import { UnsecuredJWT } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { TestBrowser } from "../../test-hub.ts";
import {
  actAs,
  alice,
  asksForPassword,
  at,
  base,
  beginModule,
  browser,
  closeConformanceSuite,
  common,
  openConformanceSuite,
  opened,
  redirectUri,
  responseModes,
  round,
  suite,
} from "../../test-support/conformance-suite.ts";
import { received, signInAndConsent } from "../../test-support/relying-site.ts";
import { suiteSite } from "../../test-support/suite-site.ts";

beforeAll(openConformanceSuite);
afterAll(closeConformanceSuite);

describe.each(responseModes)("response_mode %s", (_, modeParameters) => {
  beforeEach(() => beginModule(modeParameters));

  test("oidcc-response-type-missing: 3.1.2.6 the error goes to the redirect URI, with state", async () => {
    const answer = received(await browser.get(suite.authorization({ ...base, response_type: undefined })));
    expect(answer.get("error")).toBe("invalid_request");
    expect(answer.get("state")).toBe(common.state);
  });

  test("oidcc-ensure-request-without-nonce-succeeds-for-code-flow", async () => {
    const { claims } = await round({ nonce: undefined });
    expect(claims.nonce).toBeUndefined();
  });

  test("oidcc-alternate-happy-flow: RFC 6749 3.3 scopes and parameters may come in any order", async () => {
    const query = new URLSearchParams(suite.authorization({ ...base, scope: "email openid" }).split("?")[1]);
    const answer = await browser.get(`/oidc/auth?${new URLSearchParams([...query].reverse())}`);
    const { access_token } = await suite.tokens(received(await signInAndConsent(browser, alice, answer)));
    expect((await suite.userinfo(access_token)).json).toMatchObject({ email: "alice@example.com" });
  });

  test.each(["page", "popup"])("oidcc-display-%s", async (display) => {
    expect((await round({ display })).claims.sub).toBe(alice.id);
  });

  test("oidcc-prompt-login: 3.1.2.1 the form again, and a later auth_time", async () => {
    const first = await round({ max_age: "15000" });
    await opened.advance(2);
    expect(await asksForPassword({ prompt: "login" })).toMatchObject({ asked: true });
    const second = await round({ prompt: "login", max_age: "15000" });
    expect(Number(second.claims.auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
    expect(second.claims.sub).toBe(first.claims.sub);
  });

  test("oidcc-prompt-none-not-logged-in: 3.1.2.6 login_required, with state", async () => {
    const answer = await at({ prompt: "none" });
    expect([answer.get("error"), answer.get("state")]).toEqual(["login_required", common.state]);
    expect(answer.has("code")).toBe(false);
  });

  test("oidcc-prompt-none-logged-in: the same user and time, and no page", async () => {
    const first = await round({ max_age: "15000" });
    const second = await suite.tokens(await at({ prompt: "none", max_age: "15000" }));
    expect(second.claims).toMatchObject({ sub: first.claims.sub, auth_time: first.claims.auth_time });
  });

  test("oidcc-max-age-1: the form again after two seconds, and a later auth_time", async () => {
    const first = await round({ max_age: "15000" });
    await opened.advance(2);
    const second = await round({ max_age: "1" });
    expect(Number(second.claims.auth_time)).toBeGreaterThan(Number(first.claims.auth_time));
  });

  test("oidcc-max-age-10000: no page, the same auth_time", async () => {
    const first = await round({ max_age: "15000" });
    await opened.advance(2);
    const { asked, answer } = await asksForPassword({ max_age: "10000" });
    expect(asked).toBe(false);
    expect((await suite.tokens(received(answer))).claims.auth_time).toBe(first.claims.auth_time);
  });

  test.each([
    ["oidcc-ensure-request-with-unknown-parameter-succeeds", { extra: "foobar" }],
    ["oidcc-login-hint", { login_hint: "buffy@buffy.example" }],
    ["oidcc-ui-locales", { ui_locales: "se fr-CA en" }],
    ["oidcc-claims-locales", { claims_locales: "se" }],
    ["oidcc-ensure-request-with-acr-values-succeeds", { acr_values: "1 2" }],
  ])("%s", async (_, more) => {
    expect((await round(more)).claims.sub).toBe(alice.id);
  });

  test("oidcc-id-token-hint: with prompt=none, without a page", async () => {
    const { id_token } = await round();
    const { claims } = await suite.tokens(await at({ prompt: "none", id_token_hint: id_token }));
    expect(claims.sub).toBe(alice.id);
  });

  test("3.1.2.1 an id_token_hint of another user with prompt=none: login_required", async () => {
    const bob = await opened.createPerson();
    const { id_token } = await suite.round(new TestBrowser(opened), bob, base);
    await round();
    expect((await at({ prompt: "none", id_token_hint: id_token })).get("error")).toBe("login_required");
  });

  test.each([
    ["oidcc-ensure-registered-redirect-uri", `${redirectUri}/6GbL`],
    ["oidcc-redirect-uri-query-added", `${redirectUri}?foo=bar`],
    ["oidcc-ensure-redirect-uri-in-authorization-request", undefined],
  ])("%s: 3.1.2.1 a page and no redirect", async (_, wrong) => {
    const answer = await browser.get(suite.authorization({ ...base, redirect_uri: wrong }));
    expect([answer.status, answer.location]).toEqual([400, ""]);
    expect(answer.screen("refused").code).toBe(
      wrong === undefined ? "invalid_request" : "invalid_redirect_uri",
    );
    expect(answer.body).not.toContain("<form");
  });

  test("oidcc-ensure-post-request-succeeds: 3.1.2.1 by POST from another site, without cookies", async () => {
    await round();
    const fields = suite.authorization(base).split("?")[1] ?? "";
    const headers = {
      "content-type": "application/x-www-form-urlencoded",
      origin: "https://suite.example",
      "sec-fetch-site": "cross-site",
    };
    // Where it leads is a GET, with the cookie.
    let answer = await browser.send("POST", "/oidc/auth", headers, fields);
    while (browser.leadsOn(answer)) answer = await browser.follow(answer);
    expect((await suite.tokens(received(answer))).claims.sub).toBe(alice.id);
  });

  test("oidcc-unsigned-request-object…, oidcc-request-uri-unsigned…: 3.1.2.6 …_not_supported", async () => {
    const request = new UnsecuredJWT({ ...base, client_id: "suite" }).encode();
    expect((await at({ request })).get("error")).toBe("request_not_supported");
    const request_uri = "https://suite.example/request.jwt";
    expect((await at({ request_uri })).get("error")).toBe("request_uri_not_supported");
  });

  test("oidcc-ensure-request-with-valid-pkce-succeeds", async () => {
    actAs({ pkce: true });
    expect((await round()).claims.sub).toBe(alice.id);
  });
});

describe("RFC 9700 2.1.1 a site for which PKCE is optional", () => {
  const client = (pkce: boolean) => suiteSite(opened, "suite", { redirectUri, pkce });

  test("gets no token for a verifier without a challenge, or a challenge without its verifier", async () => {
    const browser = new TestBrowser(opened);
    for (const pkce of [true, false]) {
      const code = (await client(pkce).visit(browser, alice)).get("code") ?? "";
      expect((await client(!pkce).exchange(code)).json.error).toBe("invalid_grant");
    }
  });

  test("cannot use the method plain", async () => {
    const plain = client(true).authorization({ code_challenge_method: "plain" });
    const answer = received(await new TestBrowser(opened).get(plain));
    expect(answer.get("error")).toBe("invalid_request");
  });
});
