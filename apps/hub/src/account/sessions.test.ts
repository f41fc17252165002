/** `/account` and `/account/sessions` over HTTP: seeing and ending one's sign-ins. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson, type TestSite } from "../test-hub.ts";
import { eventually } from "../test-support/eventually.ts";
import { mailsTo } from "../test-support/read-mails.ts";

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";
let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub();
});
beforeEach(async () => {
  alice = await opened.createPerson();
  opened.shop.forget();
  opened.bank.forget();
});
afterAll(() => opened.close());

async function signedIn(
  person: TestPerson = alice,
  headers: Record<string, string> = {},
): Promise<TestBrowser> {
  const browser = new TestBrowser(opened, headers);
  expect((await browser.signIn(person)).location).toBe("/account");
  return browser;
}

/** The ticket that the site validated, its session index. */
async function enter(browser: TestBrowser, { service }: TestSite): Promise<string> {
  const { location } = await browser.get(`/cas/login?${new URLSearchParams({ service })}`);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  await new TestBrowser(opened).get(`/cas/serviceValidate?${new URLSearchParams({ service, ticket })}`);
  return ticket;
}

const page = async (browser: TestBrowser) =>
  (await browser.get("/account/sessions")).screen("account-sessions");
/** Form token of a browser, and the id of the user's other session. */
async function tokenAndOther(browser: TestBrowser): Promise<{ token: string; session: string }> {
  const { token, others } = await page(browser);
  return { token, session: others[0]?.sessions[0]?.id ?? "" };
}
const isIn = async (browser: TestBrowser) => (await browser.get("/account")).status === 200;

describe("the account page", () => {
  test("names the user and the sites to go to", async () => {
    const { person, sites, notice } = (await (await signedIn()).get("/account")).screen("account");
    expect(person).toMatchObject({
      name: `Person ${alice.username}`,
      username: alice.username,
      email: `${alice.username}@example.com`,
    });
    expect(sites).toEqual([
      { name: "The bank", host: "bank.localhost", url: `${opened.bank.origin}/` },
      { name: "The shop", host: "shop.localhost", url: `${opened.shop.origin}/` },
    ]);
    expect(notice).toBeNull();
  });

  test("lists the user's sessions by browser, and the sites of each: ASVS 7.5.2", async () => {
    const other = await signedIn(alice, { "user-agent": firefox });
    await enter(other, opened.bank);
    const again = await signedIn(alice, { "user-agent": firefox });
    await enter(again, opened.shop);
    await opened.advance(61);
    await again.get("/account");
    const browser = await signedIn();
    await enter(browser, opened.shop);
    await enter(browser, opened.shop);
    const { here, others } = await page(browser);
    expect(here).toMatchObject({
      browser: "An unknown program",
      address: "127.0.0.1",
      keptUntil: null,
      sites: [{ name: "The shop" }],
    });
    expect(others).toMatchObject([
      {
        browser: "Firefox on Windows",
        sessions: [
          { sites: [{ name: "The shop" }] },
          { sites: [{ name: "The bank", host: "bank.localhost" }] },
        ],
      },
    ]);
  });

  test("shows no session token and no data of other users", async () => {
    const bob = await opened.createPerson();
    await signedIn(bob);
    const browser = await signedIn();
    for (const path of ["/account", "/account/security", "/account/sessions", "/account/apps"]) {
      const { body } = await browser.get(path);
      expect(body).not.toContain(browser.cookies.get("TGC-gatehouse"));
      expect(body).not.toContain(bob.username);
    }
  });

  test("redirects to the sign-in without a session, and back afterwards", async () => {
    const browser = new TestBrowser(opened);
    const answer = await browser.get("/account");
    expect([answer.status, answer.location]).toEqual([303, "/cas/login?return=%2Faccount"]);
    const form = await browser.follow(answer);
    const { username, password } = alice;
    const fields = { ...browser.hiddenFields(form), username, password };
    expect((await browser.post("/cas/login", fields)).location).toBe("/account");
  });

  test("the security page says when the password was set", async () => {
    const { password } = (await (await signedIn()).get("/account/security")).screen("account-security");
    expect(Date.now() - Date.parse(password?.changedAt ?? "")).toBeLessThan(60_000);
  });

  test("the front page redirects signed-in users here and lists the sites for others", async () => {
    expect((await (await signedIn()).get("/")).location).toBe("/account");
    const { sites } = (await new TestBrowser(opened).get("/")).screen("home");
    expect(sites.map(({ name }) => name)).toEqual(["The bank", "The shop"]);
  });
});

describe("ending sessions", () => {
  test("ending another session ends it, notifies its sites, and leaves the current one unchanged", async () => {
    const [browser, other] = [await signedIn(), await signedIn()];
    const [mine, theirs] = [await enter(browser, opened.shop), await enter(other, opened.bank)];
    const { token, session } = await tokenAndOther(browser);
    const answer = await browser.post("/account/sessions/end", { token, session });
    expect([answer.status, answer.location]).toEqual([303, "/account/sessions"]);
    const { notice } = (await browser.follow(answer)).screen("account-sessions");
    expect(notice).toEqual({
      at: "others",
      text: expect.stringMatching(/^An unknown program is signed out\. The bank was told in \d+ ms\.$/),
    });
    expect(opened.bank.told()).toEqual([theirs]);
    expect(opened.shop.told()).not.toContain(mine);
    expect([await isIn(browser), await isIn(other)]).toEqual([true, false]);
    expect((await other.get("/cas/login")).screen("login")).toMatchObject({
      reason: "ended-elsewhere",
      username: "",
    });
  });

  test("ending a session that has already ended says so", async () => {
    const [browser, other] = [await signedIn(), await signedIn()];
    const { token, session } = await tokenAndOther(browser);
    await other.get("/cas/logout");
    await browser.post("/account/sessions/end", { token, session });
    expect((await page(browser)).notice?.text).toBe("That browser was signed out already.");
  });

  test("ending several sessions of one row", async () => {
    const [browser, ...others] = [await signedIn(), await signedIn(), await signedIn()];
    const { token, others: rows } = await page(browser);
    const session = rows.flatMap(({ sessions }) => sessions.map(({ id }) => id)).join(",");
    await browser.post("/account/sessions/end", { token, session });
    expect(await Promise.all([browser, ...others].map(isIn))).toEqual([true, false, false]);
  });

  test("a site that does not answer is named, and the hub keeps trying", async () => {
    const [browser, other] = [await signedIn(), await signedIn()];
    await enter(other, opened.bank);
    const { token, session } = await tokenAndOther(browser);
    opened.bank.answerWith(503);
    const answer = await browser.post("/account/sessions/end", { token, session });
    const { notice } = (await browser.follow(answer)).screen("account-sessions");
    opened.bank.answerWith(200);
    expect(notice?.text).toContain("The bank did not answer; Gatehouse keeps trying.");
  });

  test("a notice is shown once, and to its own browser only", async () => {
    const [browser, other] = [await signedIn(), await signedIn()];
    const { token } = await page(browser);
    const answer = await browser.post("/account/sessions/end-others", { token });
    const [cookie = ""] = answer.cookies;
    const [name = "", value = ""] = cookie.split(/[=;]/);
    expect((await page(browser)).notice).not.toBeNull();
    expect((await page(browser)).notice).toBeNull();
    const stranger = await signedIn(await opened.createPerson());
    stranger.cookies.set(name, value);
    expect((await page(stranger)).notice).toBeNull();
    expect(await isIn(other)).toBe(false);
  });

  test("ending all other sessions", async () => {
    const [browser, ...others] = [await signedIn(), await signedIn(), await signedIn()];
    const { token } = await page(browser);
    const answer = await browser.post("/account/sessions/end-others", { token });
    expect((await browser.follow(answer)).screen("account-sessions").notice).toEqual({
      at: "others",
      text: "You are signed out everywhere else.",
    });
    expect(await Promise.all([browser, ...others].map(isIn))).toEqual([true, false, false]);
  });

  test.each(["end-others", "end-all"])(
    "%s: the next sign-in with another browser is announced",
    async (which) => {
      const person = await opened.createPerson();
      const [browser, other] = [await signedIn(person), await signedIn(person)];
      const { token } = await page(browser);
      await browser.post(`/account/sessions/${which}`, { token });
      const mails = async () => (await mailsTo(opened.hub, `${person.username}@example.com`)).length;
      const before = await mails();
      await browser.get("/cas/logout");
      await browser.signIn(person);
      expect(await mails()).toBe(before);
      await other.signIn(person);
      expect(await mails()).toBe(before + 1);
    },
  );

  test.each(["end-others", "end-all"])(
    "%s: a session cookie that was copied to another browser does not make it known",
    async (which) => {
      const person = await opened.createPerson();
      const [browser, thief] = [await signedIn(person), new TestBrowser(opened)];
      thief.cookies.set("TGC-gatehouse", browser.cookies.get("TGC-gatehouse") ?? "");
      const { token } = await page(thief);
      await thief.post(`/account/sessions/${which}`, { token });
      const mails = async () => (await mailsTo(opened.hub, `${person.username}@example.com`)).length;
      const before = await mails();
      await thief.get("/cas/logout");
      await thief.signIn(person);
      expect(await mails()).toBe(before + 1);
    },
  );

  test("ending all sessions, including the current one", async () => {
    const [browser, other] = [await signedIn(), await signedIn()];
    const tickets = [await enter(browser, opened.shop), await enter(other, opened.shop)];
    const { token } = await page(browser);
    const answer = await browser.post("/account/sessions/end-all", { token });
    const { isEverywhere, sites } = answer.screen("logged-out");
    expect([isEverywhere, sites.map(({ host }) => host)]).toEqual([true, ["shop.localhost"]]);
    expect(answer.cookies).toContainEqual(expect.stringMatching(/^TGC-gatehouse=;.*Max-Age=0/));
    expect(await Promise.all([browser, other].map(isIn))).toEqual([false, false]);
    await eventually(() => expect([...opened.shop.told()].sort()).toEqual(tickets.toSorted()));
  });

  test("ASVS 8.2.2 another user's session cannot be ended: its id counts as unknown", async () => {
    const bob = await opened.createPerson();
    const bobs = await signedIn(bob);
    const bobsSession = (await page(bobs)).here.id;
    const browser = await signedIn();
    const { token } = await page(browser);
    for (const session of [bobsSession, "00000000-0000-4000-8000-000000000000", "rubbish", "' OR true --"]) {
      await browser.post("/account/sessions/end", { token, session });
      expect((await page(browser)).notice?.text, session).toBe("That browser was signed out already.");
    }
    await browser.post("/account/sessions/end-others", { token });
    await browser.post("/account/sessions/end-all", { token });
    expect(await isIn(bobs)).toBe(true);
  });

  test("a request that names no session changes nothing", async () => {
    const browser = await signedIn();
    const { token } = await page(browser);
    const answer = await browser.post("/account/sessions/end", { token });
    expect([answer.status, answer.screen("refused").code]).toEqual([400, "session_missing"]);
    expect(await isIn(browser)).toBe(true);
  });
});

describe("the options chosen at sign-in", () => {
  async function choosing(browser: TestBrowser, choices: Record<string, string>): Promise<void> {
    const hidden = browser.hiddenFields(await browser.get("/cas/login"));
    const { username, password } = alice;
    await browser.post("/cas/login", { ...hidden, username, password, ...choices });
  }

  test('are shown, and "ask me before" can be switched off and on for one browser', async () => {
    const there = new TestBrowser(opened);
    await choosing(there, { warn: "true" });
    const browser = new TestBrowser(opened);
    await choosing(browser, { warn: "true", rememberMe: "true" });
    const shown = await page(browser);
    expect([shown.asksBefore, shown.here.keptUntil]).toEqual([true, expect.stringMatching(/^20\d\d-/)]);
    const set = (ask: string) => browser.post("/account/sessions/ask-before", { token: shown.token, ask });
    await set("false");
    expect(await page(browser)).toMatchObject({
      asksBefore: false,
      notice: { at: "here", text: expect.stringContaining("without asking you first") },
    });
    expect((await page(there)).asksBefore).toBe(true);
    expect(await enter(browser, opened.shop)).toMatch(/^ST-/);
    await set("true");
    expect((await page(browser)).asksBefore).toBe(true);
    const { service } = opened.bank;
    const asked = await browser.get(`/cas/login?${new URLSearchParams({ service })}`);
    expect(asked.screen("ask-before").site.name).toBe("The bank");
  });
});

describe.each(["ask-before", "end", "end-others", "end-all"])(
  "ASVS 3.5.1 /account/sessions/%s is protected",
  (what) => {
    const path = `/account/sessions/${what}`;

    async function attempt(
      fields: (own: { token: string; session: string }) => Record<string, string>,
      headers: Record<string, string> = {},
    ) {
      const [browser, other] = [await signedIn(), await signedIn()];
      const { token, session } = await tokenAndOther(browser);
      const answer = await browser.post(path, fields({ token, session }), headers);
      expect([await isIn(browser), await isIn(other)]).toEqual([true, true]);
      return answer;
    }

    test.each<[string, (own: { token: string; session: string }) => Record<string, string>]>([
      ["no form token", ({ session }) => ({ session })],
      ["an empty one", ({ session }) => ({ session, token: "" })],
      ["a wrong one", ({ session }) => ({ session, token: "0".repeat(32) })],
      ["one in other letters", ({ session, token }) => ({ session, token: `${token} ` })],
    ])("a request with %s ends nothing", async (_, fields) => {
      const answer = await attempt(fields);
      expect([answer.status, answer.screen("refused").code]).toEqual([403, "form_token_wrong"]);
    });

    test("a request with the form token of another session ends nothing", async () => {
      const { token } = await page(await signedIn());
      const answer = await attempt(({ session }) => ({ session, token }));
      expect(answer.screen("refused").code).toBe("form_token_wrong");
    });

    test.each([
      { origin: "https://evil.example" },
      { origin: "null", "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "cross-site" },
    ])("a request from another site ends nothing: %j", async (headers) => {
      const answer = await attempt((own) => own, headers as Record<string, string>);
      expect([answer.status, answer.screen("refused").code]).toEqual([403, "cross_site_request"]);
    });

    test("a GET request ends nothing", async () => {
      const [browser, other] = [await signedIn(), await signedIn()];
      const { token, session } = await tokenAndOther(browser);
      const answer = await browser.get(`${path}?${new URLSearchParams({ token, session })}`);
      expect([answer.status, answer.headers.allow]).toEqual([405, "POST"]);
      expect([await isIn(browser), await isIn(other)]).toEqual([true, true]);
    });

    test("a request without a session redirects to the sign-in", async () => {
      const answer = await new TestBrowser(opened).post(path, { token: "x", session: "x" });
      expect([answer.status, answer.location]).toEqual([303, "/cas/login?return=%2Faccount%2Fsessions"]);
    });
  },
);
