/** Step-up: sites that demand a stronger sign-in, by CAS and OpenID Connect. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import {
  codeOf,
  createPersonWithCodes,
  enterFactor,
  type PersonWithCodes,
  startWeakSession,
} from "../test-support/factor-fixture.ts";
import { type RelyingSite, received } from "../test-support/relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../test-support/suite-site.ts";

const factor = "urn:gatehouse:acr:factor";
let opened: TestHub;
let plain: RelyingSite;
let strict: RelyingSite;
beforeAll(async () => {
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: ({ shop }) => ({
      shop: shop.registration({
        requires: factor,
        cas: { services: [shop.service], attributes: ["id", "amr", "acr"], rest: true },
      }),
      plain: suiteRegistration("plain"),
      strict: suiteRegistration("strict", {}, { requires: factor }),
    }),
  });
  plain = suiteSite(opened, "plain");
  strict = suiteSite(opened, "strict");
});
afterAll(() => opened.close());

const atShop = (more: Record<string, string> = {}) =>
  `/cas/login?${new URLSearchParams({ service: opened.shop.service, ...more })}`;
const sessionsOf = ({ id }: { readonly id: string }) => opened.hub.database.sessions.listOf(id);
const pathOf = ({ location }: BrowserAnswer) => new URL(location, opened.origin).pathname;

/** A browser in a session from before the user had a factor. */
async function weakBrowser(person: { readonly id: string; username: string; password: string }) {
  const browser = new TestBrowser(opened);
  const session = await startWeakSession(opened, browser, person);
  return { browser, session };
}

async function weak() {
  const person = await createPersonWithCodes(opened);
  return { person, ...(await weakBrowser(person)) };
}

/** Follows the hub's redirects until a page or another site. */
async function settle(browser: TestBrowser, answer: BrowserAnswer): Promise<BrowserAnswer> {
  let last = answer;
  for (let hops = 0; browser.leadsOn(last) && pathOf(last) !== "/cas/login/factor"; hops += 1) {
    if (hops > 12) throw new Error(`loops at ${last.location}`);
    last = await browser.follow(last);
  }
  return last;
}
const enter = async (browser: TestBrowser, at: BrowserAnswer, person: PersonWithCodes) =>
  settle(browser, await enterFactor(browser, at.location, { code: codeOf(opened, person.secret) }));

describe("CAS, by registration", () => {
  test("a weak session gets no ticket: the factor alone is asked for, and the attributes say what was proved", async () => {
    const { person, browser, session } = await weak();
    const asked = await browser.get(atShop());
    expect(pathOf(asked)).toBe("/cas/login/factor");
    expect((await browser.follow(asked)).screen("second-factor")).toMatchObject({
      isStepUp: true,
      site: { name: "The shop" },
    });
    const done = await enterFactor(browser, asked.location, { code: codeOf(opened, person.secret) });
    const ticket = new URL(done.location).searchParams.get("ticket") ?? "";
    const query = new URLSearchParams({ service: opened.shop.service, ticket, format: "JSON" });
    const { body } = await new TestBrowser(opened).get(`/cas/p3/serviceValidate?${query}`);
    expect(JSON.parse(body).serviceResponse.authenticationSuccess.attributes).toMatchObject({
      amr: ["pwd", "otp", "mfa"],
      acr: factor,
    });
    const now = await sessionsOf(person);
    expect(now).toMatchObject([{ uid: session.uid, amr: ["pwd", "otp", "mfa"] }]);
    expect((await browser.get(atShop())).location).toContain("ticket=ST-");
  });

  test("gateway never asks: the site gets no ticket", async () => {
    const { browser } = await weak();
    expect((await browser.get(atShop({ gateway: "true" }))).location).toBe(opened.shop.service);
  });

  test("a user without a factor is led to setting one up, and back", async () => {
    const person = await opened.createPerson();
    const browser = new TestBrowser(opened);
    const asked = await browser.signIn(person, atShop().slice("/cas/login".length));
    expect(pathOf(asked)).toBe("/cas/login/factor");
    const page = await settle(browser, await browser.follow(asked));
    const { action, hidden, because, secret, site } = page.screen("set-up-codes");
    expect([because, site?.name]).toEqual(["asked-for", "The shop"]);
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const code = codeOf(opened, secret.replaceAll(" ", ""));
    const done = await browser.post(action, { ...fields, code });
    const { continueTo } = done.screen("recovery-codes");
    expect((await browser.get(continueTo)).location).toContain("ticket=ST-");
  });

  test("a ticket of a weak session is refused at validation, however it was issued", async () => {
    const { person, session } = await weak();
    const id = `ST-${"x".repeat(29)}`;
    await opened.hub.database.tickets.issue({
      id,
      service: opened.shop.service,
      siteId: "shop",
      sessionId: session.id,
      fromNewLogin: false,
      proxies: [],
      lifeSeconds: 60,
    });
    const query = new URLSearchParams({ service: opened.shop.service, ticket: id });
    const { body } = await new TestBrowser(opened).get(`/cas/serviceValidate?${query}`);
    expect(body).toContain('code="INVALID_TICKET"');
    expect(body).not.toContain(`<cas:user>${person.username}`);
  });
});

describe("OpenID Connect Core 3.1.2.1 acr_values", () => {
  test("a user with a factor is asked for it, and the ID token says so", async () => {
    const { person, browser } = await weak();
    const asked = await settle(browser, await browser.get(plain.authorization({ acr_values: factor })));
    expect(pathOf(asked)).toBe("/cas/login/factor");
    const { claims } = await plain.tokens(received(await enter(browser, asked, person)));
    expect(claims).toMatchObject({ acr: factor, amr: ["pwd", "otp", "mfa"] });
  });

  test("are voluntary: a user without a factor signs in, and the ID token says how", async () => {
    const { browser } = await weakBrowser(await opened.createPerson());
    const answer = await settle(browser, await browser.get(plain.authorization({ acr_values: factor })));
    expect((await plain.tokens(received(answer))).claims).toMatchObject({
      acr: "urn:gatehouse:acr:password",
      amr: ["pwd"],
    });
  });

  test("a weaker class is satisfied by a stronger sign-in", async () => {
    const person = await createPersonWithCodes(opened);
    const browser = new TestBrowser(opened);
    const { location } = await browser.signIn(person);
    await enterFactor(browser, location, { code: codeOf(opened, person.secret) });
    const asked = plain.authorization({ acr_values: "urn:gatehouse:acr:password" });
    const { claims } = await plain.tokens(received(await settle(browser, await browser.get(asked))));
    expect(claims).toMatchObject({ acr: factor });
  });
});

describe("OpenID Connect Core 5.5.1.1 acr as an essential claim, and by registration", () => {
  const essential = {
    claims: JSON.stringify({ id_token: { acr: { essential: true, value: factor } } }),
  };
  const ways: [string, () => string][] = [
    ["the request", () => plain.authorization(essential)],
    ["the registration", () => strict.authorization()],
  ];

  test.each(ways)("by %s: a weak session is asked for the factor only", async (by, address) => {
    const { person, browser, session } = await weak();
    const asked = await settle(browser, await browser.get(address()));
    expect(pathOf(asked)).toBe("/cas/login/factor");
    const site = by === "the request" ? plain : strict;
    const { claims } = await site.tokens(received(await enter(browser, asked, person)));
    expect(claims).toMatchObject({
      acr: factor,
      auth_time: Math.floor(session.authenticatedAt.getTime() / 1000),
    });
  });

  test.each(ways)("by %s: prompt=none answers login_required", async (by, address) => {
    const { browser } = await weak();
    const site = by === "the request" ? plain : strict;
    const more = by === "the request" ? essential : {};
    const answer = await browser.get(site.authorization({ ...more, prompt: "none" }));
    expect(received(answer).get("error")).toBe("login_required");
    expect(address()).toContain("/oidc/auth");
  });

  test.each(ways)("by %s: a user without a factor is led to setting one up", async (_, address) => {
    const { browser } = await weakBrowser(await opened.createPerson());
    const asked = await settle(browser, await browser.get(address()));
    const page = await settle(browser, await browser.follow(asked));
    expect(page.screen("set-up-codes")).toMatchObject({ because: "asked-for" });
  });

  test("3.1.2.1 prompt=login asks for the password and the factor", async () => {
    const { person, browser } = await weak();
    const form = await settle(browser, await browser.get(strict.authorization({ prompt: "login" })));
    const { hidden } = form.screen("login");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const { username, password } = person;
    const asked = await browser.post("/cas/login", { ...fields, username, password });
    expect(pathOf(asked)).toBe("/cas/login/factor");
    const { claims } = await strict.tokens(received(await enter(browser, asked, person)));
    expect(claims).toMatchObject({ acr: factor });
  });

  test("max_age: the factor alone does not make an old sign-in recent", async () => {
    const { person, browser } = await weak();
    await opened.advance(120);
    const answer = await settle(browser, await browser.get(strict.authorization({ max_age: "60" })));
    expect(answer.screen("login").reason).toBe("renew");
    expect(await sessionsOf(person)).toHaveLength(1);
  });
});
