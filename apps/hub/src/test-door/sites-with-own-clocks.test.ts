/** A test moves the hub's clock; sites go on by their own, and take what the hub tells them. */
import { createLocalJWKSet, jwtVerify } from "jose";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../test-support/suite-site.ts";

let opened: TestHub;
let alice: TestPerson;
let begun: number;
beforeAll(async () => {
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: ({ shop }) => ({
      suite: suiteRegistration("suite", { backchannelLogoutUrl: `${shop.origin}/backchannel` }),
    }),
  });
  alice = await opened.createPerson();
});
afterEach(async () => {
  await new TestBrowser(opened).send("DELETE", "/test/v1/clock");
});
afterAll(() => opened.close());

/** Half a day ahead, which no tolerance of a site's covers. */
async function moveClock(): Promise<void> {
  begun = Date.now();
  await opened.advance(43_200);
}

const isOfNow = (date: string | undefined): boolean => {
  const time = Date.parse(date ?? "");
  return time >= begun - 1_000 && time <= Date.now();
};

test("OpenID Connect Back-Channel Logout 1.0, 2.6 a logout token and an ID token have the real time", async () => {
  await moveClock();
  const browser = new TestBrowser(opened);
  const tokens = await suiteSite(opened, "suite").round(browser, alice);
  const { keys } = JSON.parse((await browser.get("/oidc/jwks")).body);
  const trusted = createLocalJWKSet({ keys });
  await jwtVerify(tokens.id_token, trusted, { maxTokenAge: "2m" });
  await opened.hub.database.sessions.end({ personId: alice.id }, "signed-out");
  await opened.hub.logout.drain();
  const { body } = opened.shop.received.find(({ path }) => path === "/backchannel") ?? {};
  const token = new URLSearchParams(body).get("logout_token") ?? "";
  const { payload } = await jwtVerify(token, trusted, { maxTokenAge: "2m", typ: "logout+jwt" });
  expect(payload.exp).toBe((payload.iat ?? 0) + 120);
});

test("CAS 2.3.3 and 4.2 a logout request and a SAML assertion have the real time", async () => {
  const { service } = opened.shop;
  await moveClock();
  const browser = new TestBrowser(opened);
  const { location } = await browser.signIn(alice, `?${new URLSearchParams({ service })}`);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  const asked = `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/"><SOAP-ENV:Body><samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1" RequestID="_1"><samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact></samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>`;
  const target = `/cas/samlValidate?${new URLSearchParams({ TARGET: service })}`;
  const { body } = await browser.send("POST", target, { "content-type": "text/xml" }, asked);
  expect(body).toContain("samlp:Success");
  const [, since = "", until = ""] = /NotBefore="([^"]+)" NotOnOrAfter="([^"]+)"/.exec(body) ?? [];
  expect([Date.parse(since) <= Date.now(), Date.parse(until) >= Date.now()]).toEqual([true, true]);
  await opened.hub.database.sessions.end({ personId: alice.id }, "signed-out");
  await opened.hub.logout.drain();
  const xml =
    opened.shop.received.map((one) => new URLSearchParams(one.body).get("logoutRequest")).find(Boolean) ?? "";
  expect(isOfNow(/IssueInstant="([^"]+)"/.exec(xml)?.[1])).toBe(true);
});
