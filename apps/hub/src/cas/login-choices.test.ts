/** Choices of users and sites at `/cas/login`: warn, rememberMe, method. Titled by CAS protocol 3.0.3. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub({ environment: { SESSION_REMEMBER: "30d" } });
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

const at = (service: string, more: Record<string, string> = {}) =>
  `?${new URLSearchParams({ service, ...more })}`;
const ticketOf = (location: string) => new URL(location).searchParams.get("ticket") ?? "";

/** Signs in with more of the form than name and password. */
async function signIn(browser: TestBrowser, choices: Record<string, string>, query = "") {
  const form = await browser.get(`/cas/login${query}`);
  const { username, password } = alice;
  return browser.post("/cas/login", { ...browser.hiddenFields(form), username, password, ...choices });
}

async function validate(ticket: string, service: string) {
  const path = `/cas/p3/serviceValidate${at(service, { ticket, format: "JSON" })}`;
  return JSON.parse((await new TestBrowser(opened).get(path)).body).serviceResponse;
}

describe("2.2.1 warn: later single sign-on asks first", () => {
  test("the site of the sign-in gets its ticket without a question", async () => {
    const { location } = await signIn(new TestBrowser(opened), { warn: "true" }, at(opened.shop.service));
    expect(ticketOf(location)).toMatch(/^ST-/);
  });

  test.each([
    ["single sign-on", {}],
    ["gateway", { gateway: "true" }],
  ])("%s to another site asks first, and names the site and the user", async (_, more) => {
    const browser = new TestBrowser(opened);
    await signIn(browser, { warn: "true" }, at(opened.shop.service));
    const asked = await browser.get(`/cas/login${at(opened.bank.service, more)}`);
    expect([asked.status, asked.location]).toEqual([200, ""]);
    expect(asked.screen("ask-before")).toMatchObject({
      action: "/cas/login/confirm",
      site: { name: "The bank", host: "bank.localhost" },
      person: { username: "alice" },
      needed: !("gateway" in more),
      declineTo: "gateway" in more ? opened.bank.service : `${opened.bank.origin}/`,
    });
    expect(asked.headers["content-security-policy"]).toContain("; form-action 'self';");
  });

  async function ask(browser: TestBrowser, more: Record<string, string> = {}) {
    await signIn(browser, { warn: "true" });
    const page = await browser.get(`/cas/login${at(opened.bank.service, more)}`);
    return Object.fromEntries(page.screen("ask-before").hidden.map(({ name, value }) => [name, value]));
  }

  test("a confirmation sends exactly one ticket, from single sign-on", async () => {
    const browser = new TestBrowser(opened);
    const { location, status } = await browser.post("/cas/login/confirm", await ask(browser));
    expect(status).toBe(303);
    const { authenticationSuccess } = await validate(ticketOf(location), opened.bank.service);
    expect(authenticationSuccess).toMatchObject({ user: "alice", attributes: { isFromNewLogin: false } });
    const again = await browser.get(`/cas/login${at(opened.bank.service)}`);
    expect(again.screen("ask-before").site.name).toBe("The bank");
  });

  test("a confirmation keeps the method that the site requested", async () => {
    const browser = new TestBrowser(opened);
    const answer = await browser.post("/cas/login/confirm", await ask(browser, { method: "POST" }));
    expect(answer.screen("ticket-form").action).toBe(opened.bank.service);
  });

  test("a forged confirmation is refused", async () => {
    const browser = new TestBrowser(opened);
    const fields = await ask(browser);
    const forged = await browser.post("/cas/login/confirm", { ...fields, token: "0".repeat(32) });
    expect([forged.location, forged.screen("choose-account").because]).toEqual(["", "opened-before"]);
    const foreign = await browser.post("/cas/login/confirm", fields, { origin: "https://evil.example" });
    expect([foreign.status, foreign.location]).toEqual([403, ""]);
  });

  test("a confirmation for a site that is not registered redirects nowhere", async () => {
    const browser = new TestBrowser(opened);
    const fields = await ask(browser);
    const answer = await browser.post("/cas/login/confirm", { ...fields, service: "https://evil.example/" });
    expect([answer.status, answer.location]).toEqual([403, ""]);
  });

  test("a user who re-authenticates finds the boxes ticked as before", async () => {
    const browser = new TestBrowser(opened);
    await signIn(browser, { warn: "true", rememberMe: "true" });
    const form = await browser.get("/cas/login?renew=true");
    expect(form.screen("login")).toMatchObject({ rememberMe: true, askBefore: true });
  });

  test("a user who did not tick it is not asked", async () => {
    const browser = new TestBrowser(opened);
    await signIn(browser, { warn: "false" });
    const { location } = await browser.get(`/cas/login${at(opened.bank.service)}`);
    expect(ticketOf(location)).toMatch(/^ST-/);
  });

  test("the form keeps its ticked boxes after an error", async () => {
    const browser = new TestBrowser(opened);
    const answer = await signIn(browser, { warn: "true", rememberMe: "true", password: "wrong" });
    expect((await browser.follow(answer)).screen("login")).toMatchObject({
      rememberMe: true,
      askBefore: true,
    });
  });
});

describe("4.1 rememberMe: a long session, if the user chose it", () => {
  const sessionCookie = (cookies: readonly string[]) =>
    cookies.find((cookie) => cookie.startsWith("TGC-gatehouse=TGT-"));

  test("4.1.1 the box is not ticked, and states the duration", async () => {
    const model = (await new TestBrowser(opened).get("/cas/login")).screen("login");
    expect(model).toMatchObject({ rememberMe: false, askBefore: false, rememberDays: 30 });
  });

  test("3.6 without it the cookie ends with the browser", async () => {
    const { cookies } = await signIn(new TestBrowser(opened), {});
    expect(sessionCookie(cookies)).not.toContain("Max-Age");
  });

  test("4.1.2 with it the cookie and the session last the stated time, idle or not", async () => {
    const browser = new TestBrowser(opened);
    const { cookies } = await signIn(browser, { rememberMe: "true" });
    expect(sessionCookie(cookies)).toContain(`Max-Age=${30 * 86_400}`);
    await opened.advance(29 * 86_400);
    const { location } = await browser.get(`/cas/login${at(opened.shop.service)}`);
    const { authenticationSuccess } = await validate(ticketOf(location), opened.shop.service);
    expect(authenticationSuccess.attributes.longTermAuthenticationRequestTokenUsed).toBe(true);
    await opened.advance(2 * 86_400);
    expect((await browser.get(`/cas/login${at(opened.shop.service)}`)).screen("login").reason).not.toBeNull();
  });

  test("4.1.3 the site learns that a session is not a long one", async () => {
    const { location } = await signIn(new TestBrowser(opened), {}, at(opened.shop.service));
    const { authenticationSuccess } = await validate(ticketOf(location), opened.shop.service);
    expect(authenticationSuccess.attributes.longTermAuthenticationRequestTokenUsed).toBe(false);
  });
});

describe("2.1.1 method: delivery of the ticket to the site", () => {
  test("POST: a form that the browser submits only to the site", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const service = `${opened.shop.service}?state=a%20b`;
    const answer = await browser.get(`/cas/login${at(service, { method: "POST" })}`);
    expect(answer.status).toBe(200);
    const { action, fields } = answer.screen("ticket-form");
    expect(action).toBe(service);
    expect(fields).toEqual([{ name: "ticket", value: expect.stringMatching(/^ST-/) }]);
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
    expect(answer.headers["content-security-policy"]).not.toContain("form-action");
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(await validate(fields[0]?.value ?? "", service)).toHaveProperty("authenticationSuccess");
  });

  test("POST: the same after entering credentials", async () => {
    const answer = await signIn(new TestBrowser(opened), {}, at(opened.shop.service, { method: "POST" }));
    expect(answer.screen("ticket-form").action).toBe(opened.shop.service);
  });

  test("HEADER: service and ticket in the response headers", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const answer = await browser.get(`/cas/login${at(opened.shop.service, { method: "HEADER" })}`);
    expect([answer.status, answer.location, answer.headers.service]).toEqual([200, "", opened.shop.service]);
    expect(answer.headers.ticket).toMatch(/^ST-/);
  });

  test("an unknown service gets neither", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    for (const method of ["POST", "HEADER"]) {
      const answer = await browser.get(`/cas/login${at("https://evil.example/", { method })}`);
      expect([answer.status, answer.headers.ticket]).toEqual([403, undefined]);
      expect(answer.screen("refused").code).toBe("service_unknown");
    }
  });
});

describe("2.1.1 what old clients send", () => {
  test("an unencoded service is read the same at login and at validation", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const service = `${opened.shop.service}?a=b&c=d`;
    const { location } = await browser.get(`/cas/login?service=${service}`);
    expect(location).toContain("?a=b&c=d&ticket=ST-");
    const path = `/cas/serviceValidate?ticket=${ticketOf(location)}&service=${service}`;
    expect((await new TestBrowser(opened).get(path)).body).toContain("<cas:user>alice</cas:user>");
  });

  test("a doubled slash before the endpoint is accepted", async () => {
    const browser = new TestBrowser(opened);
    const { location } = await browser.signIn(alice, at(opened.shop.service));
    const path = `/cas//serviceValidate${at(opened.shop.service, { ticket: ticketOf(location) })}`;
    expect((await new TestBrowser(opened).get(path)).body).toContain("<cas:user>alice</cas:user>");
  });
});
