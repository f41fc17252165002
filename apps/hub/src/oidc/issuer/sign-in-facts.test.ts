/** Claims about the sign-in in ID tokens, and artifacts that outlive a sign-out; titled by section. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { formOf, type RelyingSite, received, signInAndConsent } from "../../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let site: RelyingSite;
let pairwise: RelyingSite;
let pairwise2: RelyingSite;

beforeAll(async () => {
  const declare = (id: string, oidc: object = {}) =>
    suiteRegistration(id, {
      postLogoutRedirectUris: ["https://suite.example/bye"],
      grants: ["authorization_code", "refresh_token"],
      scopes: ["openid", "profile", "offline_access"],
      ...oidc,
    });
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      plain: declare("plain"),
      pairwise: declare("pairwise", { subject: "pairwise" }),
      pairwise2: declare("pairwise2", { subject: "pairwise", idTokenAlgorithm: "ES256" }),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  site = suiteSite(opened, "plain");
  pairwise = suiteSite(opened, "pairwise");
  pairwise2 = suiteSite(opened, "pairwise2");
});
afterAll(() => opened.close());

const offline = { scope: "openid offline_access", prompt: "consent" };

describe("OpenID Connect Core 2 ID token", () => {
  test("tells when, how and in which session the user signed in, without a request; after a refresh too", async () => {
    const browser = new TestBrowser(opened);
    const { claims, refresh_token } = await site.round(browser, alice, offline);
    const facts = {
      auth_time: expect.any(Number),
      acr: "urn:gatehouse:acr:password",
      amr: ["pwd"],
      sid: expect.stringMatching(/^.{20,}$/),
    };
    expect(claims).toMatchObject(facts);
    const { json } = await site.refresh(refresh_token);
    const { auth_time, sid } = claims;
    expect(decodeJwt(String(json.id_token))).toMatchObject({ ...facts, auth_time, sid });
  });

  test("sid differs by site and session, and stays the same within one", async () => {
    const [here, there] = [new TestBrowser(opened), new TestBrowser(opened)];
    const sids = [
      (await site.round(here, alice)).claims.sid,
      (await pairwise.round(here, alice)).claims.sid,
      (await site.round(there, alice)).claims.sid,
    ];
    expect(new Set(sids).size).toBe(3);
    expect((await site.round(here, alice)).claims.sid).toBe(sids[0]);
  });

  test("two concurrent sites in one session: each keeps its own sid", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const sites = [site, pairwise, pairwise2];
    const answers = await Promise.all(sites.map((one) => browser.get(one.authorization())));
    const tokens = await Promise.all(sites.map((one, at) => one.tokens(received(answers[at] as never))));
    for (const [at, one] of sites.entries())
      expect((await one.round(browser, alice)).claims.sid).toBe(tokens[at]?.claims.sid);
  });
});

describe("OpenID Connect Core 8.1 pairwise subjects", () => {
  test("are the same at every sign-in, different at another site, and never the id", async () => {
    const subjectAt = async (one: RelyingSite) => {
      const { claims, access_token } = await one.round(new TestBrowser(opened), alice);
      expect((await one.userinfo(access_token)).json.sub).toBe(claims.sub);
      return claims.sub;
    };
    const first = await subjectAt(pairwise);
    expect(await subjectAt(pairwise)).toBe(first);
    const others = [await subjectAt(pairwise2), await subjectAt(site)];
    expect(new Set([first, ...others]).size).toBe(3);
    expect(others[1]).toBe(alice.id);
  });
});

describe("OpenID Connect Core 5.5.1.1 acr as an essential claim", () => {
  const demanding = (value: string, more: object = {}) => ({
    claims: JSON.stringify({ id_token: { acr: { essential: true, values: [value] } } }),
    ...more,
  });

  test("a requested acr that the session has is answered without a page", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const answer = received(await browser.get(site.authorization(demanding("urn:gatehouse:acr:password"))));
    expect((await site.tokens(answer)).claims.acr).toBe("urn:gatehouse:acr:password");
  });

  test.each([true, false])("an unavailable acr is reported to the site (signed in: %s)", async (signedIn) => {
    const browser = new TestBrowser(opened);
    if (signedIn) await browser.signIn(alice);
    const answer = await signInAndConsent(
      browser,
      alice,
      await browser.get(site.authorization(demanding("gold"))),
    );
    expect(received(answer).get("error")).toBe("unmet_authentication_requirements");
  });
});

describe("Back-Channel Logout 2.7 effects of a sign-out", () => {
  test("revokes tokens of the session, but not those with offline access", async () => {
    const browser = new TestBrowser(opened);
    const session = await site.round(browser, alice);
    const away = await site.round(browser, alice, offline);
    await browser.get(`/oidc/session/end?${new URLSearchParams({ id_token_hint: session.id_token })}`);
    expect((await site.userinfo(session.access_token)).status).toBe(401);
    expect((await site.refresh(away.refresh_token)).status).toBe(200);
  });

  test("RP-Initiated Logout 2 declining keeps the user signed in at the hub and the site", async () => {
    const browser = new TestBrowser(opened);
    const session = await site.round(browser, alice);
    const page = await browser.get("/oidc/session/end");
    expect(page.screen("sign-out").site).toBeNull();
    expect(() => formOf(page)).toThrow();
    expect((await site.userinfo(session.access_token)).status).toBe(200);
    expect((await browser.get("/account")).status).toBe(200);
  });
});
