/** Sign-in with accounts at other providers, against a real second issuer. */

import { randomUUID } from "node:crypto";
import { testRecord } from "@gatehouse/database/test-record";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, TestBrowser, type TestPerson } from "../test-hub.ts";
import { codeOf, createPersonWithCodes, enterFactor } from "../test-support/factor-fixture.ts";
import { openUpstreamFixture, type UpstreamFixture } from "../test-support/upstream-fixture.ts";

let fixture: UpstreamFixture;
let browser: TestBrowser;
let zoe: TestPerson;
let sub: string;
beforeAll(async () => {
  fixture = await openUpstreamFixture();
});
beforeEach(async () => {
  browser = new TestBrowser(fixture.opened);
  zoe = await fixture.opened.createPerson();
  sub = randomUUID();
  fixture.issuer.fault = null;
  fixture.issuer.account = {
    sub,
    claims: { email: `${sub}@example.com`, email_verified: true, name: "Zoe" },
  };
});
afterAll(() => fixture.close());

const database = () => fixture.opened.hub.database;
const serviceQuery = (more: Record<string, string> = {}) =>
  `?${new URLSearchParams({ service: fixture.opened.shop.service, ...more })}`;
async function sessionIn(one = browser) {
  const token = one.cookies.get("TGC-gatehouse") ?? "";
  const found = await database().sessions.find(token, { touch: false });
  return found.state === "alive" ? found.session : null;
}
/** The refusal is a page with this code, and nobody is signed in. */
async function expectRefused(answer: BrowserAnswer, code: string) {
  const { code: shown, link } = answer.screen("refused");
  expect([shown, link?.href.startsWith("/cas/login")]).toEqual([code, true]);
  expect(await sessionIn()).toBeNull();
}

describe("a connected account signs its user in", () => {
  beforeEach(() => fixture.link(zoe, sub));

  test("to the account page, with the method of federation and nothing more", async () => {
    expect((await fixture.signIn(browser)).location).toBe("/account");
    expect(await sessionIn()).toMatchObject({ person: { id: zoe.id }, amr: ["fed"], longTerm: false });
  });

  test("to the site that asked, with a ticket", async () => {
    const { location } = await fixture.signIn(browser, serviceQuery());
    expect(location).toContain(fixture.opened.shop.service);
    expect(new URL(location).searchParams.get("ticket")).toMatch(/^ST-/);
  });

  test("with the choices of the form", async () => {
    await fixture.signIn(browser, "", { rememberMe: "true", warn: "true" });
    expect(await sessionIn()).toMatchObject({ longTerm: true, askBefore: true });
  });

  test("and leaves no cookie of the flow", async () => {
    await fixture.signIn(browser);
    expect(browser.cookies.get("gatehouse-upstream")).toBeUndefined();
  });

  test("a factor of the user is asked for all the same", async () => {
    sub = randomUUID();
    fixture.issuer.account = { sub, claims: {} };
    await fixture.link(await createPersonWithCodes(fixture.opened), sub);
    const answer = await fixture.signIn(browser);
    expect(answer.location).toMatch(/^\/cas\/login\/factor/);
    expect(await sessionIn()).toBeNull();
  });

  test("a disabled user gets the answer to a wrong password", async () => {
    await database().people.setDisabled(zoe.id, true);
    const answer = await browser.follow(await fixture.signIn(browser));
    expect(answer.screen("login").error?.code).toBe("credentials_wrong");
    expect(await sessionIn()).toBeNull();
  });

  test("renew has the provider ask again, and takes the time of that sign-in", async () => {
    const { location } = await fixture.begin(browser, serviceQuery({ renew: "true" }));
    const { searchParams } = new URL(location);
    expect([searchParams.get("prompt"), searchParams.get("max_age")]).toEqual(["login", "0"]);
    const answer = await fixture.comeBack(browser, await fixture.issuer.authorize(location));
    expect(new URL(answer.location).searchParams.get("ticket")).toMatch(/^ST-/);
  });

  test("renew is refused if the provider did not ask again", async () => {
    const { location } = await fixture.begin(browser, serviceQuery({ renew: "true" }));
    const callback = await fixture.issuer.authorize(location);
    await fixture.issuer.forge({ sub: "42", auth_time: Math.floor(Date.now() / 1000) - 4000 });
    await database().upstreamAccounts.link(
      { provider: "work", id: "42", personId: zoe.id, label: "" },
      testRecord,
    );
    await expectRefused(await fixture.comeBack(browser, callback), "upstream_not_fresh");
    await database().upstreamAccounts.unlink(
      { provider: "work", id: "42", personId: zoe.id },
      { providers: ["work"] },
      testRecord,
    );
  });

  test.each([
    ["a moment ago, from new credentials", 0, "success"],
    ["some time ago, from no new credentials", 400, "INVALID_TICKET"],
  ])("CAS 2.5.1 renew at validation: signed in at the provider %s", async (_what, age, result) => {
    const callback = await fixture.issuer.authorize((await fixture.begin(browser, serviceQuery())).location);
    const account = { provider: "work", id: "42" };
    await fixture.issuer.forge({ sub: "42", auth_time: Math.floor(Date.now() / 1000) - age });
    await database().upstreamAccounts.link({ ...account, personId: zoe.id, label: "" }, testRecord);
    const { location } = await fixture.comeBack(browser, callback);
    const { service } = fixture.opened.shop;
    const ticket = new URL(location).searchParams.get("ticket") ?? "";
    const query = new URLSearchParams({ service, ticket, renew: "true", format: "JSON" });
    const answer = await new TestBrowser(fixture.opened).get(`/cas/p3/serviceValidate?${query}`);
    const { serviceResponse } = JSON.parse(answer.body);
    expect(serviceResponse.authenticationFailure?.code ?? "success").toBe(result);
    await database().upstreamAccounts.unlink(
      { ...account, personId: zoe.id },
      { providers: ["work"] },
      testRecord,
    );
  });

  test("CAS 2.5.1 renew at validation: a factor makes a provider's old sign-in no newer", async () => {
    const person = await createPersonWithCodes(fixture.opened);
    const account = { provider: "work", id: "42", personId: person.id };
    await database().upstreamAccounts.link({ ...account, label: "" }, testRecord);
    const callback = await fixture.issuer.authorize((await fixture.begin(browser, serviceQuery())).location);
    await fixture.issuer.forge({ sub: "42", auth_time: Math.floor(Date.now() / 1000) - 400 });
    const pending = await fixture.comeBack(browser, callback);
    const code = codeOf(fixture.opened, person.secret);
    const { location } = await enterFactor(browser, pending.location, { code });
    const { service } = fixture.opened.shop;
    const ticket = new URL(location).searchParams.get("ticket") ?? "";
    const query = new URLSearchParams({ service, ticket, renew: "true", format: "JSON" });
    const answer = await new TestBrowser(fixture.opened).get(`/cas/p3/serviceValidate?${query}`);
    expect(JSON.parse(answer.body).serviceResponse.authenticationFailure?.code).toBe("INVALID_TICKET");
    await database().upstreamAccounts.unlink(account, { providers: ["work"] }, testRecord);
  });

  test("another signed-in user is asked which account continues, and only then replaced", async () => {
    const bob = await fixture.opened.createPerson();
    await browser.signIn(bob);
    const answer = await fixture.signIn(browser, "?prompt=login");
    const { hidden, action, because } = answer.screen("choose-account");
    expect(because).toBe("provider");
    expect((await sessionIn())?.person.id).toBe(bob.id);
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    await browser.post(action, { ...fields, answer: "switch" });
    expect(await sessionIn()).toMatchObject({ person: { id: zoe.id }, amr: ["fed"] });
  });

  test("the choice of account is void once the account is disconnected", async () => {
    const bob = await fixture.opened.createPerson();
    await browser.signIn(bob);
    const { hidden, action } = (await fixture.signIn(browser, "?prompt=login")).screen("choose-account");
    await database().upstreamAccounts.unlink(
      { provider: "work", id: sub, personId: zoe.id },
      { providers: ["work"] },
      testRecord,
    );
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    await browser.post(action, { ...fields, answer: "switch" });
    expect(await sessionIn()).toBeNull();
  });
});

describe("an account that is not connected signs nobody in", () => {
  test("although a user here has its verified address", async () => {
    fixture.issuer.account = { sub, claims: { email: `${zoe.username}@example.com`, email_verified: true } };
    const answer = await browser.follow(await fixture.signIn(browser));
    expect(answer.screen("upstream-unknown")).toMatchObject({
      provider: "Example Work",
      label: `${zoe.username}@example.com`,
      signUp: { mode: "mail" },
    });
    expect(await sessionIn()).toBeNull();
    expect(await database().upstreamAccounts.listOf(zoe.id)).toEqual([]);
  });

  test("an unverified address is not its name", async () => {
    const claims = { email: `${zoe.username}@example.com`, email_verified: false, name: "Zed" };
    fixture.issuer.account = { sub, claims };
    const answer = await browser.follow(await fixture.signIn(browser));
    expect(answer.screen("upstream-unknown")).toMatchObject({ label: "Zed" });
  });
});

describe("an outage of the provider", () => {
  test.each([
    ["answers 500", (response: import("node:http").ServerResponse) => response.writeHead(500).end("down")],
    ["answers garbage", (response: import("node:http").ServerResponse) => response.end("<html>hello")],
    ["hangs up", (response: import("node:http").ServerResponse) => response.destroy()],
  ])("%s: the button leads to a page that says so, and the password signs in", async (_what, answer) => {
    fixture.issuer.fault = (_request, response) => {
      answer(response);
      return true;
    };
    const refused = await fixture.begin(browser, serviceQuery());
    expect(refused.status).toBe(502);
    await expectRefused(refused, "upstream_unreachable");
    expect(refused.screen("refused").link?.href).toBe(`/cas/login${serviceQuery()}`);
    await browser.signIn(zoe);
    expect(await sessionIn()).toMatchObject({ person: { id: zoe.id }, amr: ["pwd"] });
  });

  test("between request and answer leads to the same page", async () => {
    const { location } = await fixture.begin(browser);
    const callback = await fixture.issuer.authorize(location);
    fixture.issuer.fault = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    await expectRefused(await fixture.comeBack(browser, callback), "upstream_unreachable");
  });
});

describe("OpenID Connect Core 3.1: an answer that is not acceptable signs nobody in", () => {
  beforeEach(() => fixture.link(zoe, sub));

  /** A callback of this browser, before the hub has seen it. */
  const callback = async () => fixture.issuer.authorize((await fixture.begin(browser)).location);

  test("3.1.2.6 the user declined", async () => {
    fixture.issuer.account = null;
    await expectRefused(await fixture.signIn(browser), "upstream_declined");
  });

  test("RFC 6749 10.12 a wrong state", async () => {
    const address = new URL(await callback());
    address.searchParams.set("state", "another");
    await expectRefused(await fixture.comeBack(browser, address.href), "upstream_expired");
  });

  test("RFC 6749 10.12 the callback of another browser", async () => {
    const address = await callback();
    const stranger = new TestBrowser(fixture.opened);
    await fixture.begin(stranger);
    const answer = await fixture.comeBack(stranger, address);
    expect(answer.screen("refused").code).toBe("upstream_expired");
    expect(await sessionIn(stranger)).toBeNull();
  });

  test("a callback that was used, even with its cookies; of 50 at once one is accepted", async () => {
    const address = await callback();
    const copies = Array.from({ length: 50 }, () => browser.carryOver());
    const answers = await Promise.all(copies.map((copy) => fixture.comeBack(copy, address)));
    expect(answers.filter(({ location }) => location === "/account")).toHaveLength(1);
    expect(answers.filter(({ status }) => status === 400)).toHaveLength(49);
  });

  test("a flow of more than ten minutes", async () => {
    const address = await callback();
    const kept = browser.carryOver();
    await fixture.opened.advance(601);
    const answer = await fixture.comeBack(kept, address);
    expect(answer.screen("refused").code).toBe("upstream_expired");
  });

  test("RFC 9207 2.4 the callback names another issuer", async () => {
    const address = new URL(await callback());
    address.searchParams.set("iss", "https://evil.example");
    await expectRefused(await fixture.comeBack(browser, address.href), "upstream_invalid");
  });

  test.each([
    ["3.1.3.7.2 another issuer", { iss: "https://evil.example" }, {}],
    ["3.1.3.7.3 another audience", { aud: "somebody-else" }, {}],
    ["3.1.3.7.6 another key", {}, { foreignKey: true }],
    ["3.1.3.7.9 an expired token", { exp: Math.floor(Date.now() / 1000) - 3600 }, {}],
    ["3.1.3.7.11 another nonce", { nonce: "another" }, {}],
    ["2 no subject", { sub: undefined }, {}],
    ["2 an empty subject", { sub: "" }, {}],
    ["5.3.2 another subject than that of the user info", { sub: "43" }, {}],
  ])("%s", async (_what, claims, options) => {
    const address = await callback();
    await fixture.issuer.forge(claims as never, options);
    await expectRefused(await fixture.comeBack(browser, address), "upstream_invalid");
  });

  test("the forged token is accepted without deviation, so the deviation was the reason", async () => {
    const address = await callback();
    await fixture.issuer.forge({});
    expect((await fixture.comeBack(browser, address)).location).toBe("/upstream/account");
  });
});

test("a form that was sent before, or that the hub did not make, begins nothing", async () => {
  const form = browser.hiddenFields(await browser.get("/cas/login"));
  expect((await browser.post("/upstream/work", form)).location).toContain(fixture.issuer.origin);
  expect((await browser.post("/upstream/work", form)).location).toContain("/cas/login");
  expect((await browser.post("/upstream/work", { lt: "LT-1" })).location).toContain("/cas/login");
});

test("an unknown provider is refused", async () => {
  expect((await browser.post("/upstream/other", {})).status).toBe(404);
  expect((await browser.get("/upstream/callback/other?state=x")).status).toBe(404);
});
