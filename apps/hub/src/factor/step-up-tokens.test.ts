/** Tokens after a step-up, and devices whose registration demands a factor; titled by section. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import {
  codeOf,
  createPersonWithCodes,
  enterFactor,
  type PersonWithCodes,
  startWeakSession,
} from "../test-support/factor-fixture.ts";
import { type RelyingSite, received, signInAndConsent } from "../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../test-support/suite-site.ts";

const factor = "urn:gatehouse:acr:factor";
const byPassword = { acr: "urn:gatehouse:acr:password", amr: ["pwd"] };
const byFactor = { acr: factor, amr: ["pwd", "otp", "mfa"] };
const [opaque, signed] = ["https://opaque.example/", "https://signed.example/"];
let opened: TestHub;
let site: RelyingSite;
let device: RelyingSite;
let api: RelyingSite;
beforeAll(async () => {
  const apiOf = (resource: string, tokens: string) => ({
    api: { resource, tokens, scopes: { [`${tokens}.read`]: "see something" } },
  });
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      site: suiteRegistration("site", {
        grants: ["authorization_code", "refresh_token"],
        scopes: ["openid", "offline_access", "opaque.read", "jwt.read"],
      }),
      device: suiteRegistration(
        "device",
        { redirectUris: [], grants: ["device_code"] },
        { firstParty: false, requires: factor },
      ),
      opaque: suiteRegistration("opaque", {}, apiOf(opaque, "opaque")),
      signed: suiteRegistration("signed", {}, apiOf(signed, "jwt")),
    }),
  });
  site = suiteSite(opened, "site");
  device = suiteSite(opened, "device");
  api = suiteSite(opened, "opaque");
});
afterAll(() => opened.close());

const pathOf = ({ location }: BrowserAnswer) => new URL(location, opened.origin).pathname;

/** A browser in a session from before the user had one-time codes. */
async function weak() {
  const person = await createPersonWithCodes(opened);
  const browser = new TestBrowser(opened);
  const session = await startWeakSession(opened, browser, person);
  return { person, browser, authTime: Math.floor(session.authenticatedAt.getTime() / 1000) };
}

/** Follows the hub's redirects until the second step, a page or another site. */
async function settle(browser: TestBrowser, answer: BrowserAnswer): Promise<BrowserAnswer> {
  let last = answer;
  for (let hops = 0; browser.leadsOn(last) && pathOf(last) !== "/cas/login/factor"; hops += 1) {
    if (hops > 12) throw new Error(`loops at ${last.location}`);
    last = await browser.follow(last);
  }
  return last;
}

/** Gives the code of the second step that the browser is asked for. */
async function stepUp(browser: TestBrowser, asked: BrowserAnswer, person: PersonWithCodes) {
  expect(pathOf(asked)).toBe("/cas/login/factor");
  return settle(browser, await enterFactor(browser, asked.location, { code: codeOf(opened, person.secret) }));
}

const claims = JSON.stringify({ id_token: { acr: { essential: true, value: factor } } });

/** Tokens of a session before and after its step-up, by the same request. */
async function tokensAround(request: Record<string, string>) {
  const { person, browser, authTime } = await weak();
  const before = await site.round(browser, person, request);
  const asked = await settle(browser, await browser.get(site.authorization({ ...request, claims })));
  const answer = await signInAndConsent(browser, person, await stepUp(browser, asked, person));
  return { before, after: await site.tokens(received(answer)), authTime };
}

describe("after a step-up", () => {
  test("OpenID Connect Core 12.2 a refresh tells the sign-in that its access began with", async () => {
    const request = { scope: "openid offline_access", prompt: "consent" };
    const { before, after, authTime } = await tokensAround(request);
    for (const [tokens, facts] of [
      [before, byPassword],
      [after, byFactor],
    ] as const) {
      expect(tokens.claims).toMatchObject({ ...facts, auth_time: authTime });
      const first = await site.refresh(tokens.refresh_token);
      expect(decodeJwt(String(first.json.id_token))).toMatchObject({ ...facts, auth_time: authTime });
      const second = await site.refresh(String(first.json.refresh_token));
      expect(decodeJwt(String(second.json.id_token))).toMatchObject({ ...facts, auth_time: authTime });
    }
  });

  test("RFC 9470 6.2 introspection tells acr and auth_time of each token, of a refreshed one too", async () => {
    const request = { scope: "openid offline_access opaque.read", prompt: "consent", resource: opaque };
    const { before, after, authTime } = await tokensAround(request);
    const introspected = async (token: unknown) =>
      (await api.post("/oidc/token/introspection", { token: String(token) })).json;
    for (const [tokens, facts] of [
      [before, byPassword],
      [after, byFactor],
    ] as const) {
      const expected = { active: true, ...facts, auth_time: authTime };
      expect(await introspected(tokens.access_token)).toMatchObject(expected);
      const { json } = await site.refresh(tokens.refresh_token, { resource: opaque });
      expect(json.access_token).not.toBe(tokens.access_token);
      expect(await introspected(json.access_token)).toMatchObject(expected);
    }
  });

  test("RFC 9068 2.2.1 a JWT access token has them as claims", async () => {
    const { before, after, authTime } = await tokensAround({ scope: "openid jwt.read", resource: signed });
    expect(decodeJwt(before.access_token)).toMatchObject({ ...byPassword, auth_time: authTime });
    expect(decodeJwt(after.access_token)).toMatchObject({ ...byFactor, auth_time: authTime });
  });
});

describe("RFC 8628 3.3 a device whose registration demands a factor", () => {
  const fieldsOf = (hidden: readonly { readonly name: string; readonly value: string }[]) =>
    Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
  const begin = async () => (await device.post("/oidc/device/auth", { scope: "openid" })).json;
  const poll = (begun: { readonly device_code?: unknown }) =>
    device.post("/oidc/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: String(begun.device_code),
    });
  async function enterCode(browser: TestBrowser, code: unknown) {
    const { action, hidden } = (await browser.get("/oidc/device")).screen("device-code");
    return browser.post(action, { ...fieldsOf(hidden), user_code: String(code) });
  }

  test("a weak session proves it before the request is shown; the tokens say so", async () => {
    const { person, browser, authTime } = await weak();
    const begun = await begin();
    const back = await stepUp(browser, await enterCode(browser, begun.user_code), person);
    const { action, code, hidden } = back.screen("device-code");
    expect(code).toBe(begun.user_code);
    const asked = (await browser.post(action, { ...fieldsOf(hidden), user_code: code })).screen("consent");
    expect((await poll(begun)).json.error).toBe("authorization_pending");
    await browser.post(asked.action, { ...fieldsOf(asked.hidden), answer: "allow", duration: "90" });
    await opened.advance(6);
    const { json } = await poll(begun);
    expect(decodeJwt(String(json.id_token))).toMatchObject({ ...byFactor, auth_time: authTime });
    const { json: told } = await device.post("/oidc/token/introspection", {
      token: String(json.access_token),
    });
    expect(told).toMatchObject({ active: true, ...byFactor, auth_time: authTime });
  });

  test("a user without a factor is led to setting one up, and back to the code", async () => {
    const person = await opened.createPerson();
    const browser = new TestBrowser(opened);
    await startWeakSession(opened, browser, person);
    const begun = await begin();
    const asked = await enterCode(browser, begun.user_code);
    const page = await settle(browser, await browser.follow(asked));
    const { action, hidden, because, secret, site: forSite } = page.screen("set-up-codes");
    expect([because, forSite?.name]).toEqual(["asked-for", "The device"]);
    const code = codeOf(opened, secret.replaceAll(" ", ""));
    const done = await browser.post(action, { ...fieldsOf(hidden), code });
    const back = await settle(browser, await browser.get(done.screen("recovery-codes").continueTo));
    expect(back.screen("device-code").code).toBe(begun.user_code);
    const next = await browser.post(back.screen("device-code").action, {
      ...fieldsOf(back.screen("device-code").hidden),
      user_code: String(begun.user_code),
    });
    expect(next.screen("consent").site.name).toBe("The device");
  });
});
