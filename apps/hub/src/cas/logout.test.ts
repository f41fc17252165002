/** `/cas/logout` and what follows from it, over HTTP, titled by CAS protocol 3.0.3. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson, type TestSite } from "../test-hub.ts";
import { eventually } from "../test-support/eventually.ts";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
  alice = await opened.createPerson({ username: "alice" });
});
beforeEach(() => {
  for (const site of [opened.shop, opened.bank]) {
    site.forget();
    site.answerWith(200);
  }
});
afterAll(() => opened.close());

const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;

/** Signs in at a site, with credentials where there is no session; the ticket that the site validated. */
async function enter(browser: TestBrowser, { service }: TestSite): Promise<string> {
  let answer = await browser.get(`/cas/login${query({ service })}`);
  if (answer.location === "") answer = await browser.signIn(alice, query({ service }));
  const ticket = new URL(answer.location).searchParams.get("ticket") ?? "";
  const { body } = await new TestBrowser(opened).get(`/cas/serviceValidate${query({ service, ticket })}`);
  expect(body).toContain("authenticationSuccess");
  return ticket;
}

describe("2.3 /logout", () => {
  test("2.3 ends the session: afterwards the form is shown", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const token = browser.cookies.get("TGC-gatehouse") ?? "";
    await browser.get("/cas/logout");
    expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
    const { service } = opened.shop;
    const gateway = `/cas/login${query({ service, gateway: "true" })}`;
    expect((await browser.get(gateway)).location).toBe(service);
    // Who kept a copy of the cookie has nothing.
    browser.cookies.set("TGC-gatehouse", token);
    expect((await browser.get(gateway)).location).toBe(service);
    expect((await browser.get("/account")).location).toBe("/cas/login?return=%2Faccount");
  });

  test("2.3.2 without a service a page confirms the sign-out and lists the sites", async () => {
    const browser = new TestBrowser(opened);
    await enter(browser, opened.shop);
    await enter(browser, opened.shop);
    const answer = await browser.get("/cas/logout");
    expect(answer.status).toBe(200);
    expect(answer.screen("logged-out")).toEqual({
      wasSignedIn: true,
      isEverywhere: false,
      sites: [{ name: "The shop", host: "shop.localhost" }],
      stays: [],
      frontChannel: [],
      continueTo: null,
    });
  });

  test("2.3.2 without a session the page says so", async () => {
    const browser = new TestBrowser(opened);
    expect((await browser.get("/cas/logout")).screen("logged-out")).toEqual({
      wasSignedIn: false,
      isEverywhere: false,
      sites: [],
      stays: [],
      frontChannel: [],
      continueTo: null,
    });
    browser.cookies.set("TGC-gatehouse", `TGT-${"a".repeat(43)}`);
    expect((await browser.get("/cas/logout")).screen("logged-out")).toEqual({
      wasSignedIn: false,
      isEverywhere: false,
      sites: [],
      stays: [],
      frontChannel: [],
      continueTo: null,
    });
    browser.cookies.set("TGC-gatehouse", "rubbish\u00ff");
    expect((await browser.get("/cas/logout")).status).toBe(200);
  });

  test("2.3.1 the user is redirected to a registered service", async () => {
    const browser = new TestBrowser(opened);
    for (const service of [`${opened.shop.origin}/`, opened.shop.service, `${opened.bank.service}?x=1`]) {
      await browser.signIn(alice);
      const answer = await browser.get(`/cas/logout${query({ service })}`);
      expect([answer.status, answer.location]).toEqual([303, service]);
      expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
    }
  });

  test.each<[string, (origin: string) => string]>([
    ["another host", () => "https://evil.example/"],
    ["a place of the site that is not registered", (origin) => `${origin}/elsewhere`],
    ["another port", (origin) => `${origin.replace(/\d+$/, "81")}/`],
    ["user info", (origin) => `${origin.replace("//", "//x@")}/`],
    ["user info before another host", (origin) => `${origin}@evil.example/`],
    ["a backslash", (origin) => `${origin}\\@evil.example/`],
    ["no scheme", () => "//evil.example/"],
    ["a path of the hub", () => "/account"],
    ["a script", () => "javascript:alert(1)"],
    ["nothing", () => ""],
  ])("2.3.1 never to an unregistered address: %s", async (_, attack) => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const answer = await browser.get(`/cas/logout${query({ service: attack(opened.shop.origin) })}`);
    expect([answer.status, answer.location, answer.screen("logged-out").wasSignedIn]).toEqual([
      200,
      "",
      true,
    ]);
    expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
  });

  test("2.3.1 url, of CAS 2, is ignored", async () => {
    const answer = await new TestBrowser(opened).get(
      `/cas/logout${query({ url: `${opened.shop.origin}/` })}`,
    );
    expect([answer.status, answer.location]).toEqual([200, ""]);
  });
});

describe("2.3.3 single logout", () => {
  test("every site of the session gets a logout request with its own ticket, after the browser has its response", async () => {
    const browser = new TestBrowser(opened);
    const shopTicket = await enter(browser, opened.shop);
    const bankTickets = [await enter(browser, opened.bank), await enter(browser, opened.bank)];
    opened.shop.answerWith("silent");
    await browser.get("/cas/logout");
    // The answer is here although one site has not answered and will not.
    await eventually(() => {
      expect(opened.shop.told()).toEqual([shopTicket]);
      expect([...opened.bank.told()].sort()).toEqual(bankTickets.toSorted());
    });
    expect(opened.shop.received[0]).toMatchObject({ method: "POST", path: "/logout-request" });
  });

  test("sites of another session, and sites that never validated their ticket, get no logout request", async () => {
    const [browser, other] = [new TestBrowser(opened), new TestBrowser(opened)];
    await enter(other, opened.bank);
    await browser.signIn(alice, query({ service: opened.bank.service }));
    const ticket = await enter(browser, opened.shop);
    await browser.get("/cas/logout");
    await eventually(() => expect(opened.shop.told()).toEqual([ticket]));
    await opened.hub.logout.drain();
    expect(opened.bank.told()).toEqual([]);
    expect((await other.get("/account")).status).toBe(200);
  });

  test("sites of a session that became idle get a logout request after the sweep", async () => {
    const ticket = await enter(new TestBrowser(opened), opened.shop);
    await opened.advance(1801);
    await opened.hub.runUpkeep();
    expect(opened.shop.told()).toContain(ticket);
  });

  test("signing in again as the same user keeps the session's sites, and the last sign-out notifies them", async () => {
    const browser = new TestBrowser(opened);
    const ticket = await enter(browser, opened.shop);
    await browser.signIn(alice, "?renew=true");
    await opened.hub.logout.drain();
    expect(opened.shop.told()).toEqual([]);
    await browser.get("/cas/logout");
    await eventually(() => expect(opened.shop.told()).toEqual([ticket]));
  });
});

describe("the form gives the reason for asking again, and the name of a user who did not sign out", () => {
  const formOf = async (browser: TestBrowser, parameters = "") => {
    const { reason, username, idleMinutes } = (await browser.get(`/cas/login${parameters}`)).screen("login");
    return { reason, username, idleMinutes };
  };
  const asked = (reason: string | null, username = "alice") => ({ reason, username, idleMinutes: 30 });

  test("signed out: the next user of this browser sees no data of the previous one", async () => {
    const browser = new TestBrowser(opened);
    // A wrong password first: what was noted for the form goes too.
    await browser.follow(await browser.signIn({ ...alice, password: "wrong" }));
    await browser.signIn(alice);
    await browser.get("/cas/logout");
    expect([...browser.cookies.keys()].sort()).toEqual(["gatehouse-browser", "gatehouse-flow"]);
    expect(await formOf(browser)).toEqual(asked(null, ""));
    const { service } = opened.shop;
    expect(await formOf(browser, query({ service }))).toEqual(asked(null, ""));
    // A site that is left open may still say why it asks.
    expect(await formOf(browser, query({ service, reason: "signed-out" }))).toEqual(asked("signed-out", ""));
  });

  test("signed out: a form that was open before is invalid, and says so", async () => {
    const browser = new TestBrowser(opened);
    const fields = browser.hiddenFields(await browser.get("/cas/login"));
    await browser.signIn(alice);
    await browser.get("/cas/logout");
    const answer = await browser.post("/cas/login", { ...fields, username: "bob", password: "x" });
    expect((await browser.follow(answer)).screen("login")).toMatchObject({
      error: { code: "form_expired" },
      username: "bob",
    });
  });

  test("idle", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    await opened.advance(1801);
    expect(await formOf(browser)).toEqual(asked("idle"));
  });

  test("the absolute timeout", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    for (let minutes = 0; minutes < 24 * 60; minutes += 25) {
      expect((await browser.get("/account")).status).toBe(200);
      await opened.advance(25 * 60);
    }
    expect(await formOf(browser)).toEqual(asked("absolute"));
  });

  test.each(["ended-elsewhere", "disabled", "password-changed", "ended-by-operator"] as const)(
    "%s: the reason without a name, since another user may use the browser now",
    async (reason) => {
      const browser = new TestBrowser(opened);
      await browser.signIn(alice);
      const token = browser.cookies.get("TGC-gatehouse") ?? "";
      await opened.hub.database.sessions.end({ token }, reason);
      expect(await formOf(browser)).toEqual(asked(reason, ""));
    },
  );

  test("the site passes a reason: a known one is shown if the hub knows none", async () => {
    const browser = new TestBrowser(opened);
    expect(await formOf(browser, "?reason=ended-elsewhere")).toEqual(asked("ended-elsewhere", ""));
    expect(await formOf(new TestBrowser(opened), "?reason=your+bank+was+hacked")).toEqual(asked(null, ""));
  });

  test("the hub's own reason overrides the site's", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    await opened.advance(1801);
    expect(await formOf(browser, "?reason=disabled")).toEqual(asked("idle"));
  });

  test("another browser's note is not read, because it is sealed for one browser", async () => {
    const [browser, other] = [new TestBrowser(opened), new TestBrowser(opened)];
    await browser.signIn({ ...alice, password: "wrong" });
    await other.get("/cas/login");
    other.cookies.set("gatehouse-note", browser.cookies.get("gatehouse-note") ?? "");
    expect(await formOf(other)).toEqual(asked(null, ""));
  });
});

test.each([
  ["a parameter twice", "?service=a&service=b"],
  ["a percent sign that begins no code", "?service=%zz"],
  ["a control character", "?service=%00"],
])("2.3.1 %s does not prevent the sign-out", async (_, bad) => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  const { status } = await browser.get(`/cas/logout${bad}`);
  expect(status).toBe(200);
  expect((await browser.get("/account")).location).toBe("/cas/login?return=%2Faccount");
});
