/**
 * Two people at one browser, over HTTP: what a form says decides, and nobody becomes somebody else without a word
 * (docs/decisions/0019). CAS here; OpenID Connect in `oidc/interaction/two-people.test.ts`.
 */
import { ageAttempts } from "@gatehouse/database/test-clock";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

let opened: TestHub;
let alice: TestPerson;
let bob: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  opened = await openTestHub({ environment: { LOGIN_THROTTLE: "on" } });
  alice = await opened.createPerson({ username: "alice" });
  bob = await opened.createPerson({ username: "bob" });
});
beforeEach(() => {
  browser = new TestBrowser(opened);
  opened.shop.forget();
});
afterAll(() => opened.close());

const at = (service: string, more: Record<string, string> = {}) =>
  `?${new URLSearchParams({ service, ...more })}`;
const fieldsOf = (fields: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(fields.map(({ name, value }) => [name, value]));
const typed = ({ username, password }: TestPerson) => ({ username, password });

/** The sign-in form in a tab: what it would be sent with. */
async function openForm(query = at(opened.shop.service)): Promise<Record<string, string>> {
  return browser.hiddenFields(await browser.get(`/cas/login${query}`));
}
const choiceOf = (answer: BrowserAnswer) => answer.screen("choose-account");
function choose(answer: BrowserAnswer, which: "stay" | "switch", by = browser): Promise<BrowserAnswer> {
  const { action, hidden } = choiceOf(answer);
  return by.post(action, { ...fieldsOf(hidden), answer: which });
}
/** Whom the site gets. */
async function userOf({ location }: BrowserAnswer): Promise<string> {
  const { searchParams, origin, pathname } = new URL(location);
  const asked = { service: origin + pathname, ticket: searchParams.get("ticket") ?? "" };
  const path = `/cas/p3/serviceValidate?${new URLSearchParams({ ...asked, format: "JSON" })}`;
  return JSON.parse((await new TestBrowser(opened).get(path)).body).serviceResponse.authenticationSuccess
    ?.user;
}
const whoIsIn = async (one = browser) => {
  const page = await one.get("/account");
  return page.status === 200 ? page.screen("account").person.username : null;
};
const sessionsOf = async (person: TestPerson) =>
  (await opened.hub.database.sessions.listOf(person.id)).length;

describe("a form opened without a session; alice signs in in another tab, then bob submits the form", () => {
  test.each<[string, () => Record<string, string>, string]>([
    ["with his password", () => typed(bob), "bob"],
    ["with a wrong one", () => ({ username: "bob", password: "wrong" }), "bob"],
    ["without one", () => ({ username: "bob", password: "" }), "bob"],
    ["with a name that nobody has", () => ({ username: "nobody", password: "x" }), "nobody"],
    ["empty", () => ({ username: "", password: "" }), ""],
    ["without a name", () => ({ username: "", password: bob.password }), ""],
  ])("%s: the hub says that alice is signed in, and changes nothing", async (_, fields, other) => {
    const form = await openForm();
    await browser.signIn(alice);
    const answer = await browser.post("/cas/login", { ...form, ...fields() });
    expect([answer.status, answer.location]).toEqual([200, ""]);
    expect(choiceOf(answer)).toMatchObject({
      because: "typed",
      person: { name: "Person alice", username: "alice" },
      other,
      site: { name: "The shop" },
      decline: null,
    });
    expect(answer.body).not.toMatch(/(?<![\w-])ST-/);
    expect(await whoIsIn()).toBe("alice");
  });

  test('"continue as alice" leads to the site as alice', async () => {
    const form = await openForm();
    await browser.signIn(alice);
    const stay = await choose(await browser.post("/cas/login", { ...form, ...typed(bob) }), "stay");
    expect(await userOf(await browser.follow(stay))).toBe("alice");
    expect(await sessionsOf(bob)).toBe(0);
  });

  test('"sign out and sign in as bob" with the right password signs bob in, and alice\'s sites get logout requests', async () => {
    const form = await openForm();
    const ticket = new URL((await browser.signIn(alice, at(opened.shop.service))).location);
    await userOf({ location: ticket.href } as BrowserAnswer);
    const before = await sessionsOf(alice);
    const answer = await choose(await browser.post("/cas/login", { ...form, ...typed(bob) }), "switch");
    expect(await userOf(answer)).toBe("bob");
    expect(await whoIsIn()).toBe("bob");
    expect(await sessionsOf(alice)).toBe(before - 1);
    await opened.hub.logout.drain();
    expect(opened.shop.told()).toEqual([ticket.searchParams.get("ticket")]);
    await browser.get("/cas/logout");
  });

  test.each([
    ["a wrong password", "wrong", "credentials_wrong"],
    ["none", "", undefined],
  ])("with %s it signs alice out and shows the form for bob", async (_, password, code) => {
    const form = await openForm();
    await browser.signIn(alice);
    const fields = { ...form, username: "bob", password, rememberMe: "true" };
    const page = await browser.follow(await choose(await browser.post("/cas/login", fields), "switch"));
    const model = page.screen("login");
    expect(model).toMatchObject({ username: "bob", reason: null, rememberMe: true, signedIn: null });
    expect([model.error?.code, model.site?.name]).toEqual([code, "The shop"]);
    expect(await whoIsIn()).toBeNull();
    const answer = await browser.post("/cas/login", { ...browser.hiddenFields(page), ...typed(bob) });
    expect(await userOf(answer)).toBe("bob");
  });

  test("wrong passwords are throttled as usual: the sixth is not verified", async () => {
    const carol = await opened.createPerson();
    await browser.signIn(alice);
    let answer: BrowserAnswer | undefined;
    for (let tries = 0; tries < 6; tries += 1) {
      if (tries === 5) await ageAttempts(opened.hub.database, -600);
      const form = await openForm(at(opened.shop.service, { prompt: "login" }));
      answer = await browser.post("/cas/login", { ...form, username: carol.username, password: "wrong" });
    }
    if (answer === undefined) throw new Error("nothing was tried");
    const page = await browser.follow(await choose(answer, "switch"));
    expect(page.screen("login").error?.code).toBe("too_many_attempts");
    const right = await browser.post("/cas/login", { ...browser.hiddenFields(page), ...typed(carol) });
    expect((await browser.follow(right)).screen("login").error?.code).toBe("too_many_attempts");
  });
});

describe("the same user in the old tab continues without a question", () => {
  test.each([
    ["by the username", () => typed(alice)],
    ["by email, in capitals and with blanks", () => ({ ...typed(alice), username: " ALICE@example.com\t" })],
  ])("%s", async (_, fields) => {
    const form = await openForm();
    await browser.signIn(alice);
    expect(await userOf(await browser.post("/cas/login", { ...form, ...fields() }))).toBe("alice");
  });

  test("also with a form that has expired meanwhile, or was sent twice", async () => {
    const form = await openForm();
    await opened.advance(3700);
    await browser.signIn(alice);
    const late = await browser.post("/cas/login", { ...form, ...typed(alice) });
    expect(await userOf(await browser.follow(late))).toBe("alice");
  });

  test.each([
    ["a wrong password", "wrong", "credentials_wrong"],
    ["none", "", "password_missing"],
  ])("with %s the page says so, and offers to continue without it", async (_, password, code) => {
    const form = await openForm();
    await browser.signIn(alice);
    const answer = await browser.post("/cas/login", { ...form, username: "alice", password });
    const { error, signedIn } = (await browser.follow(answer)).screen("login");
    expect([error?.code, signedIn?.username]).toEqual([code, "alice"]);
    expect(await userOf(await browser.get(signedIn?.continueTo ?? ""))).toBe("alice");
  });
});

describe("a form that asked alice to re-authenticate (renew), submitted by bob", () => {
  test('"continue as alice" shows the form for alice again', async () => {
    await browser.signIn(alice);
    const form = await openForm(at(opened.shop.service, { renew: "true" }));
    const stay = await choose(await browser.post("/cas/login", { ...form, ...typed(bob) }), "stay");
    const page = await browser.follow(stay);
    expect(page.screen("login")).toMatchObject({ reason: "renew", username: "alice", signedIn: null });
  });

  test("after the switch the site gets bob, from primary credentials", async () => {
    await browser.signIn(alice);
    const form = await openForm(at(opened.shop.service, { renew: "true" }));
    const answer = await choose(await browser.post("/cas/login", { ...form, ...typed(bob) }), "switch");
    expect(await userOf(answer)).toBe("bob");
  });
});

describe("limits of the choice", () => {
  /** Bob's right password, and alice signed in. */
  async function asked(): Promise<BrowserAnswer> {
    const form = await openForm();
    await browser.signIn(alice);
    return browser.post("/cas/login", { ...form, ...typed(bob) });
  }

  test("the proof of bob's password is single-use: of five concurrent requests one starts a session", async () => {
    const eve = await opened.createPerson();
    const form = await openForm();
    await browser.signIn(alice);
    const page = await browser.post("/cas/login", { ...form, ...typed(eve) });
    await Promise.all(Array.from({ length: 5 }, () => choose(page, "switch")));
    expect(await sessionsOf(eve)).toBe(1);
    // Whichever answer came last, the browser keeps that session.
    expect(await whoIsIn()).toBe(eve.username);
  });

  test("the session is as old as the proof: pages that need a recent sign-in ask for the password", async () => {
    const page = await asked();
    await opened.advance(295);
    await choose(page, "switch");
    expect((await browser.get("/account/app-passwords/new")).status).toBe(200);
    await opened.advance(10);
    expect((await browser.get("/account/app-passwords/new")).location).toMatch(/^\/cas\/login\?/);
  });

  test("the proof is valid for the name on the page only", async () => {
    const page = await asked();
    const { action, hidden } = choiceOf(page);
    await browser.post(action, { ...fieldsOf(hidden), username: "carol", answer: "switch" });
    expect(await whoIsIn()).toBeNull();
  });

  test("the proof of bob's password is invalid after a sign-out", async () => {
    const page = await asked();
    expect(await userOf(await choose(page, "switch"))).toBe("bob");
    await browser.get("/cas/logout");
    const again = await choose(page, "switch");
    expect((await browser.follow(again)).screen("login").username).toBe("bob");
    expect(await whoIsIn()).toBeNull();
  });

  test("and after five minutes, and in another browser", async () => {
    const page = await asked();
    const other = new TestBrowser(opened);
    await other.get("/cas/login");
    expect((await other.follow(await choose(page, "switch", other))).screen("login").username).toBe("bob");
    await opened.advance(301);
    expect((await browser.follow(await choose(page, "switch"))).screen("login").error).toBeNull();
    expect(await whoIsIn()).toBeNull();
  });

  test("and after a change of bob's password, or if bob is disabled", async () => {
    const dan = await opened.createPerson();
    const form = await openForm();
    await browser.signIn(alice);
    const page = await browser.post("/cas/login", { ...form, ...typed(dan) });
    await opened.hub.database.people.setPassword(dan.id, { hash: "changed since", standsAlone: true });
    await choose(page, "switch");
    expect(await whoIsIn()).toBeNull();
    expect(await sessionsOf(dan)).toBe(0);
  });

  test("a forged proof is refused", async () => {
    const page = await asked();
    const { action, hidden } = choiceOf(page);
    const attempt = `${fieldsOf(hidden).attempt?.slice(0, -4)}AAAA`;
    await browser.post(action, { ...fieldsOf(hidden), attempt, answer: "switch" });
    expect(await whoIsIn()).toBeNull();
  });

  test("if carol has signed in meanwhile, the page asks again, about carol", async () => {
    const carol = await opened.createPerson();
    const page = await asked();
    await browser.get("/cas/logout");
    await browser.signIn(carol);
    for (const which of ["stay", "switch"] as const) {
      const answer = await choose(page, which);
      expect(choiceOf(answer)).toMatchObject({ person: { username: carol.username }, other: "bob" });
    }
    expect(await whoIsIn()).toBe(carol.username);
  });

  test("if bob has signed in meanwhile, he continues without a question", async () => {
    const page = await asked();
    await browser.get("/cas/logout");
    await browser.signIn(bob);
    expect(await userOf(await browser.follow(await choose(page, "switch")))).toBe("bob");
  });

  test('if alice has signed out meanwhile, "continue" shows the form, without a name', async () => {
    const page = await asked();
    await browser.get("/cas/logout");
    expect((await browser.follow(await choose(page, "stay"))).screen("login").username).toBe("");
  });

  test.each([{ origin: "https://evil.example" }, { "sec-fetch-site": "cross-site" }])(
    "another site cannot submit the choice: %j",
    async (headers) => {
      const { action, hidden } = choiceOf(await asked());
      const fields = { ...fieldsOf(hidden), answer: "switch" };
      expect((await browser.post(action, fields, headers as Record<string, string>)).status).toBe(403);
      expect(await whoIsIn()).toBe("alice");
    },
  );

  test("a choice for an unregistered site redirects nowhere", async () => {
    const { action, hidden } = choiceOf(await asked());
    const fields = { ...fieldsOf(hidden), service: "https://evil.example/", answer: "switch" };
    const answer = await browser.post(action, fields);
    expect([answer.status, answer.location]).toEqual([403, ""]);
    expect(await whoIsIn()).toBe("alice");
  });
});

describe("a sign-in that carol has not completed", () => {
  const page = "/cas/login/new-password";
  let carol: TestPerson;
  beforeEach(async () => {
    carol = await opened.createPerson();
    const found = await opened.hub.database.people.findForSignIn(carol.username);
    await opened.hub.database.passwords.setMustChange(carol.id, found?.passwordHash ?? "", true);
  });
  async function beginAsCarol() {
    const { location } = await browser.signIn(carol);
    expect(location).toBe(page);
    return (await browser.get(page)).screen("new-password");
  }

  test.each([
    ["a sign-out", () => browser.get("/cas/logout")],
    ["bob's sign-in", () => browser.signIn(bob)],
  ])("is void for the browser's next user after %s", async (_, act) => {
    const { hidden } = await beginAsCarol();
    await act();
    expect((await browser.get(page)).location).toBe("/cas/login");
    const answer = await browser.post(page, { ...fieldsOf(hidden), password: "chosen by somebody else" });
    expect(answer.location).toMatch(/^\/cas\/login/);
    expect(await new TestBrowser(opened).signIn(carol)).toMatchObject({ location: page });
  });

  test("is void once bob leaves alice's session to sign in as bob", async () => {
    await browser.signIn(alice);
    const form = { ...(await openForm("?renew=true")), ...typed(bob) };
    const carols = new TestBrowser(opened);
    await carols.signIn(carol);
    const pending = carols.cookies.get("gatehouse-pending") ?? "";
    browser.cookies.keep(opened.hub.cookies.write("pending", pending), {
      method: "GET",
      url: `${opened.origin}/`,
      crossSite: false,
      navigation: true,
    });
    expect((await browser.get(page)).status).toBe(200);
    await choose(await browser.post("/cas/login", { ...form, password: "wrong" }), "switch");
    expect((await browser.get(page)).location).toBe("/cas/login");
  });
});

describe("a page of the hub that alice left open, submitted in bob's session", () => {
  const askingForm = async () => {
    const form = await openForm("");
    await browser.post("/cas/login", { ...form, ...typed(alice), warn: "true" });
    const page = await browser.get(`/cas/login${at(opened.bank.service)}`);
    return fieldsOf(page.screen("ask-before").hidden);
  };

  test("ask me before: bob is asked whether to continue as bob", async () => {
    const fields = await askingForm();
    await browser.get("/cas/logout");
    await browser.signIn(bob);
    const answer = await browser.post("/cas/login/confirm", fields);
    expect(choiceOf(answer)).toMatchObject({
      because: "opened-before",
      person: { username: "bob" },
      other: "",
    });
    expect(await userOf(await browser.follow(await choose(answer, "stay")))).toBe("bob");
  });

  test("ask me before: alice, re-authenticated in another tab, continues without a question", async () => {
    const fields = await askingForm();
    await browser.signIn(alice, "?renew=true");
    expect(await userOf(await browser.post("/cas/login/confirm", fields))).toBe("alice");
  });

  test("ask me before: without a session the form asks for the same site", async () => {
    const fields = await askingForm();
    await opened.advance(1801);
    const form = await browser.follow(await browser.post("/cas/login/confirm", fields));
    expect(form.screen("login")).toMatchObject({
      site: { name: "The bank" },
      reason: "idle",
      username: "alice",
    });
  });

  test("alice's account page ends none of bob's sessions, names the signed-in user, and links to bob's page", async () => {
    await browser.signIn(alice);
    const { token } = (await browser.get("/account")).screen("account");
    await browser.get("/cas/logout");
    await browser.signIn(bob);
    const answer = await browser.post("/account/sessions/end-all", { token });
    const { code, sentences, link } = answer.screen("refused");
    expect([answer.status, code, link]).toEqual([
      403,
      "form_token_wrong",
      { label: "Go on", href: "/account/sessions" },
    ]);
    expect(sentences.join(" ")).toContain("You are signed in as Person bob.");
    expect(await whoIsIn()).toBe("bob");
  });
});
