/** `/cas/login` over HTTP, titled by CAS protocol 3.0.3. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson({ username: "alice" });
});
afterAll(() => opened.close());

const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;
const at = (service: string, more: Record<string, string> = {}) => query({ service, ...more });
const ticketOf = (location: string) => new URL(location).searchParams.get("ticket") ?? "";

/** Validates a ticket as a site. */
async function validate(ticket: string, service: string, more: Record<string, string> = {}) {
  const path = `/cas/p3/serviceValidate${query({ service, ticket, format: "JSON", ...more })}`;
  return JSON.parse((await new TestBrowser(opened).get(path)).body).serviceResponse;
}

describe("2.1 /login as credential requestor", () => {
  test("2.1.3 the form has username, password and lt, and repeats the service", async () => {
    const form = await new TestBrowser(opened).get(`/cas/login${at(opened.shop.service)}`);
    expect(form.status).toBe(200);
    const model = form.screen("login");
    expect(model).toMatchObject({
      action: "/cas/login",
      site: { name: "The shop", host: "shop.localhost" },
      reason: null,
      error: null,
      username: "",
    });
    expect(model.hidden.map(({ name }) => name)).toEqual(["lt", "service"]);
    expect(model.hidden[1]?.value).toBe(opened.shop.service);
  });

  test("2.1.1 without service and session the form is shown", async () => {
    expect((await new TestBrowser(opened).get("/cas/login")).screen("login").site).toBeNull();
  });

  test("2.1.1 without service, with a session, the page says that the user is signed in", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const answer = await browser.get("/cas/login");
    expect([answer.status, answer.location]).toEqual([303, "/account"]);
  });

  test("2.1.5 single sign-on: a user with a session is redirected with a ticket at once", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const answer = await browser.get(`/cas/login${at(`${opened.shop.service}?state=a%20b`)}`);
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/\/callback\?state=a%20b&ticket=ST-[A-Za-z0-9]{29}$/);
    expect(answer.headers["cache-control"]).toBe("no-store");
    expect(answer.headers["referrer-policy"]).toBe("no-referrer");
  });

  describe("renew", () => {
    test("2.1.1 asks for credentials despite a session, and says so", async () => {
      const browser = new TestBrowser(opened);
      await browser.signIn(alice);
      const form = await browser.get(`/cas/login${at(opened.shop.service, { renew: "true" })}`);
      expect(form.screen("login")).toMatchObject({ reason: "renew", username: "alice" });
      expect(form.screen("login").hidden).toContainEqual({ name: "renew", value: "true" });
    });

    test("2.1.1 the ticket after credentials counts as from primary credentials", async () => {
      const browser = new TestBrowser(opened);
      await browser.signIn(alice);
      const { location } = await browser.signIn(alice, at(opened.shop.service, { renew: "true" }));
      const { authenticationSuccess } = await validate(ticketOf(location), opened.shop.service, {
        renew: "true",
      });
      expect(authenticationSuccess).toMatchObject({ user: "alice", attributes: { isFromNewLogin: true } });
    });

    test("2.1.1 renew overrides gateway", async () => {
      const browser = new TestBrowser(opened);
      const both = at(opened.shop.service, { renew: "true", gateway: "true" });
      expect((await browser.get(`/cas/login${both}`)).screen("login").site?.name).toBe("The shop");
    });
  });

  describe("gateway", () => {
    const gateway = { gateway: "true" };

    test("2.1.1 without a session: redirect to the service without a ticket, and no form", async () => {
      const answer = await new TestBrowser(opened).get(`/cas/login${at(opened.shop.service, gateway)}`);
      expect([answer.status, answer.location, answer.cookies]).toEqual([303, opened.shop.service, []]);
    });

    test("2.1.1 with a session: redirect with a ticket", async () => {
      const browser = new TestBrowser(opened);
      await browser.signIn(alice);
      const { location } = await browser.get(`/cas/login${at(opened.shop.service, gateway)}`);
      const { authenticationSuccess } = await validate(ticketOf(location), opened.shop.service);
      expect(authenticationSuccess).toMatchObject({ user: "alice", attributes: { isFromNewLogin: false } });
    });

    test("2.1.1 without a service it is ignored", async () => {
      expect((await new TestBrowser(opened).get("/cas/login?gateway=true")).status).toBe(200);
    });

    test("an expired session counts as none", async () => {
      const browser = new TestBrowser(opened);
      await browser.signIn(alice);
      await opened.advance(1801);
      const answer = await browser.get(`/cas/login${at(opened.shop.service, gateway)}`);
      expect(answer.location).toBe(opened.shop.service);
    });
  });

  test("2.1.1 parameter names are case-sensitive", async () => {
    const browser = new TestBrowser(opened);
    const answer = await browser.get(`/cas/login${query({ Service: opened.shop.service, GATEWAY: "true" })}`);
    expect(answer.screen("login").site).toBeNull();
  });

  test("a parameter given twice is refused on a page", async () => {
    const twice = `${at(opened.shop.service)}&service=${encodeURIComponent("https://evil.example/")}`;
    const answer = await new TestBrowser(opened).get(`/cas/login${twice}`);
    expect([answer.status, answer.screen("refused").code]).toEqual([400, "parameter_duplicated"]);
  });
});

describe("2.2 /login as credential acceptor", () => {
  test("2.2.4 success redirects by GET, without the credentials, with a ticket", async () => {
    const answer = await new TestBrowser(opened).signIn(alice, at(opened.shop.service));
    expect(answer.status).toBe(303);
    expect(answer.location).toMatch(/\/callback\?ticket=ST-[A-Za-z0-9]{29}$/);
    expect(answer.headers).toMatchObject({ "cache-control": "no-store", pragma: "no-cache" });
    expect(Date.parse(answer.headers.expires ?? "")).toBeLessThan(Date.now());
    const { authenticationSuccess } = await validate(ticketOf(answer.location), opened.shop.service);
    expect(authenticationSuccess.user).toBe("alice");
  });

  test("2.2.4 without service the page says that the user is signed in", async () => {
    expect((await new TestBrowser(opened).signIn(alice)).location).toBe("/account");
  });

  test("the user returns to the requested page of the hub, and to no other address", async () => {
    const back = async (page: string) =>
      (await new TestBrowser(opened).signIn(alice, query({ return: page }))).location;
    expect(await back("/account")).toBe("/account");
    for (const page of [
      "https://evil.example/",
      "//evil.example",
      "/\\evil.example",
      "/cas/logout",
      "/account/../x",
    ])
      expect(await back(page), page).toBe("/account");
  });

  test("the username may be the email address, in any case, surrounded by blanks", async () => {
    const { password } = alice;
    const { location } = await new TestBrowser(opened).signIn(
      { username: " Alice@Example.com ", password },
      at(opened.shop.service),
    );
    expect((await validate(ticketOf(location), opened.shop.service)).authenticationSuccess.user).toBe(
      "alice",
    );
  });

  test("characters that copying adds around a username are removed: TAB, line feed, zero-width marks", async () => {
    for (const username of ["\talice\n", "\u200balice\ufeff", "\u00a0alice\u00ad", "\u2067alice\u2069"]) {
      const { location } = await new TestBrowser(opened).signIn({ ...alice, username });
      expect(location, JSON.stringify(username)).toBe("/account");
    }
  });

  test.each([
    ["a control character inside", "ali\u0007ce"],
    ["zero", "ali\u0000ce"],
    ["five thousand characters", "a".repeat(5000)],
  ])("a username with %s is unknown, and leads back to the form", async (_, username) => {
    const browser = new TestBrowser(opened);
    const answer = await browser.signIn({ ...alice, username });
    expect((await browser.follow(answer)).screen("login").error?.code).toBe("credentials_wrong");
  });

  test("a username of invisible characters alone counts as empty", async () => {
    const browser = new TestBrowser(opened);
    const answer = await browser.signIn({ ...alice, username: "\u200b\t" });
    expect((await browser.follow(answer)).screen("login").error?.code).toBe("username_missing");
  });

  test.each([
    ["username", { username: "" }, "username_missing"],
    ["password", { password: "" }, "password_missing"],
  ])("2.2.2 %s is required", async (_, missing, code) => {
    const browser = new TestBrowser(opened);
    const answer = await browser.signIn({ ...alice, ...missing }, at(opened.shop.service));
    const form = await browser.follow(answer);
    expect(form.screen("login").error?.code).toBe(code);
    expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
  });

  test("2.2.4 failure leads back to the form, gives the reason, and keeps name and service", async () => {
    const browser = new TestBrowser(opened);
    const answer = await browser.signIn(
      { ...alice, password: "wrong" },
      at(opened.shop.service, { renew: "true" }),
    );
    expect(answer.status).toBe(303);
    const form = await browser.follow(answer);
    const { error, username, site, hidden } = form.screen("login");
    expect({ code: error?.code, username, site: site?.name }).toEqual({
      code: "credentials_wrong",
      username: "alice",
      site: "The shop",
    });
    expect(hidden.map(({ name }) => name)).toEqual(["lt", "service", "renew"]);
    const again = await browser.post("/cas/login", { ...browser.hiddenFields(form), ...alice });
    expect(again.location).toContain("ticket=ST-");
  });

  test("an error is shown once; the name stays", async () => {
    const browser = new TestBrowser(opened);
    await browser.follow(await browser.signIn({ ...alice, password: "wrong" }));
    expect((await browser.get("/cas/login")).screen("login")).toMatchObject({
      error: null,
      username: "alice",
    });
  });

  test("the password appears in no cookie, address or page", async () => {
    const browser = new TestBrowser(opened);
    const secret = "a-wrong-password-9c1";
    const answer = await browser.signIn({ ...alice, password: secret }, at(opened.shop.service));
    const form = await browser.follow(answer);
    const everything = JSON.stringify([answer.headers, form.headers, form.body, [...browser.cookies]]);
    expect(everything).not.toContain(secret);
    expect(opened.lines.join()).not.toContain(secret);
  });
});
