/** Sign-up and invitation with an account at another provider, over HTTP. */
import { randomUUID } from "node:crypto";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type BrowserAnswer, TestBrowser, type TestHub } from "../test-hub.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";
import { mailsTo } from "../test-support/read-mails.ts";
import { openUpstreamFixture, type UpstreamFixture } from "../test-support/upstream-fixture.ts";

let fixture: UpstreamFixture;
let opened: TestHub;
let browser: TestBrowser;
let sub: string;
let email: string;
beforeAll(async () => {
  fixture = await openUpstreamFixture({ UPSTREAM_WORK_TRUST_EMAIL: "on" });
  ({ opened } = fixture);
});
beforeEach(() => {
  browser = new TestBrowser(opened);
  sub = randomUUID();
  email = `u${sub}@example.com`;
  provide();
});
afterAll(() => fixture.close());

/** The account that signs in at the provider next. */
function provide(claims: Record<string, unknown> = {}, of = fixture): void {
  const usual = {
    email,
    email_verified: true,
    name: "Zoe Example",
    preferred_username: `Z${sub.slice(0, 8)}`,
  };
  of.issuer.fault = null;
  of.issuer.account = { sub, claims: { ...usual, ...claims } };
}
const username = () => `z${sub.slice(0, 8)}`;
const serviceQuery = () => `?${new URLSearchParams({ service: opened.shop.service })}`;

/** Signs in at the provider; the page for an account that is not connected. */
const unknown = async (one = browser, query = "", of = fixture) => one.follow(await of.signIn(one, query));
const signUpOf = (page: BrowserAnswer) => page.screen("upstream-unknown").signUp;
async function create(page: BrowserAnswer, one = browser): Promise<BrowserAnswer> {
  const signUp = signUpOf(page);
  if (signUp.mode !== "form") throw new Error(`there is no form: ${signUp.mode}`);
  return one.post(signUp.action, Object.fromEntries(signUp.hidden.map(({ name, value }) => [name, value])));
}
/** The page that asks for name and username. */
const newAccount = async (one = browser, query = "") =>
  one.follow(await create(await unknown(one, query), one));
const finish = (page: BrowserAnswer, typed: Record<string, string> = {}, one = browser) =>
  sendForm(one, page, "new-account", { name: "Zoe", username: username(), ...typed });

const person = async (name = username(), { hub } = opened) =>
  (await hub.database.people.findForSignIn(name))?.person ?? null;
const owner = async (of = fixture) =>
  of.opened.hub.database.upstreamAccounts.findPerson({ provider: "work", id: sub });
async function sessionIn(one = browser) {
  const token = one.cookies.get("TGC-gatehouse") ?? "";
  const found = await opened.hub.database.sessions.find(token, { touch: false });
  return found.state === "alive" ? found.session : null;
}
async function auditOf(id: string, kind: string) {
  const entries = await opened.hub.database.auditEvents.listNewest(
    { personId: id, kinds: [kind] },
    { limit: 5 },
  );
  return entries.map(({ outcome, facts, address }) => ({ outcome, facts, address }));
}
const linksTo = async (address: string, { hub } = opened) =>
  (await poolOf(hub.database).query("SELECT FROM verification_tokens WHERE identifier = $1", [address]))
    .rowCount;
const codeOf = (answer: BrowserAnswer) => answer.screen("refused").code;

describe("a sign-up with an account at a provider whose word for addresses is trusted", () => {
  test("shows the provider's name and address, creates user and connection, and signs in without a password", async () => {
    const page = await newAccount();
    expect(page.screen("new-account")).toMatchObject({
      kind: "sign-up",
      email,
      name: "Zoe Example",
      username: username(),
      identity: { provider: "Example Work", label: email, canChange: false },
      providers: [],
    });
    expect(await person()).toBeNull();
    expect((await finish(page)).location).toBe("/account");
    const made = await owner();
    expect(made).toMatchObject({ username: username(), name: "Zoe", email, emailVerified: true });
    expect(await opened.hub.database.passwords.find(made?.id ?? "")).toBeNull();
    expect(await sessionIn()).toMatchObject({ person: { id: made?.id }, amr: ["fed"] });
    expect(browser.cookies.get("gatehouse-upstream")).toBeUndefined();
    const later = new TestBrowser(opened);
    expect((await fixture.signIn(later)).location).toBe("/account");
  });

  test("leads back to the site that the user came from", async () => {
    const page = await newAccount(browser, serviceQuery());
    expect(page.screen("new-account").site).toMatchObject({ name: expect.any(String) });
    const { location } = await finish(page);
    expect(location.startsWith(`${opened.shop.service}?ticket=ST-`)).toBe(true);
  });

  test("is in the trail, and the owner of the address is told", async () => {
    await finish(await newAccount());
    const { id = "" } = (await owner()) ?? {};
    expect(await auditOf(id, "sign-up")).toEqual([
      { outcome: "done", facts: { credential: "provider" }, address: "127.0.0.1" },
    ]);
    expect(await auditOf(id, "provider-linked")).toMatchObject([
      { facts: { provider: "work", name: "Example Work" } },
    ]);
    const [mail] = await mailsTo(opened.hub, email);
    expect(mail).toMatchObject({ kind: "account-made", subject: "Your account was created" });
    expect(mail?.text).toContain("Example Work");
  });

  test("takes the time of the sign-in at the provider, so an old one allows no change of the ways to sign in", async () => {
    const { location } = await fixture.begin(browser);
    const callback = await fixture.issuer.authorize(location);
    await fixture.issuer.forge({ sub: "42", auth_time: Math.floor(Date.now() / 1000) - 400 });
    sub = "42";
    email = "zoe@example.com";
    const page = await browser.follow(await fixture.comeBack(browser, callback));
    await finish(await browser.follow(await create(page)), { username: "aged" });
    expect((await sessionIn())?.person.username).toBe("aged");
    expect((await browser.get("/account/security/passkeys/new")).location).toContain("reason=fresh-sign-in");
  });

  test("asks again for what cannot be stored, and keeps the account at the provider", async () => {
    const taken = await opened.createPerson();
    const page = await newAccount();
    const wrong = await finish(page, { name: "", username: "аlice" });
    expect(wrong.screen("new-account")).toMatchObject({
      errors: [{ field: "name" }, { field: "username", text: expect.stringMatching(/letters a to z/) }],
      identity: { provider: "Example Work" },
    });
    const again = await finish(wrong, { username: taken.username });
    expect(again.screen("new-account").errors).toMatchObject([{ field: "username" }]);
    expect(await owner()).toBeNull();
    expect((await finish(again)).location).toBe("/account");
  });

  test("replaces the session of somebody else in the browser, and says so before", async () => {
    const fred = await opened.createPerson();
    await browser.signIn(fred);
    const page = await newAccount(browser, "?prompt=login");
    expect(page.screen("new-account").signedIn).toBe(`Person ${fred.username}`);
    await finish(page);
    expect((await sessionIn())?.person.username).toBe(username());
  });
});

describe("an address that has an account is never merged", () => {
  test("the page leads to the present way to sign in, and an earlier form creates no link", async () => {
    const earlier = await unknown();
    const { username: known } = await opened.createPerson();
    email = `${known}@example.com`;
    provide({ email: `${known}@EXAMPLE.com` });
    expect(signUpOf(await unknown())).toEqual({ mode: "known-address" });
    expect((await create(earlier)).location).toBe("/upstream/account");
    expect(await linksTo(email)).toBe(0);
  });

  test("one that got it in the meantime: a refusal with the way on", async () => {
    const page = await newAccount();
    await opened.hub.database.people.create({
      username: `first-${username()}`,
      name: "First",
      email,
      operator: false,
      password: null,
    });
    const answer = await finish(page);
    expect([answer.status, codeOf(answer)]).toEqual([409, "email_taken"]);
    expect(answer.screen("refused").sentences.join(" ")).toContain(
      "connect Example Work on its Security page",
    );
    expect(await owner()).toBeNull();
  });
});

describe("an address that is not proved leads to the usual mailed link", () => {
  const there = (name: string) => ({ mode: "mail", href: `/sign-up?${new URLSearchParams({ name })}` });

  test.each([
    ["email_verified is false", { email_verified: false }],
    ["email_verified is missing", { email_verified: undefined }],
    ["email_verified is a text", { email_verified: "true" }],
  ])("%s", async (_what, claims) => {
    provide(claims);
    expect(signUpOf(await unknown())).toEqual(there(email));
    expect((await browser.get(there(email).href)).screen("sign-up").email).toBe(email);
  });

  test.each([
    ["no address", undefined],
    ["a Cyrillic letter", "аda@example.com"],
    ["a header line", "ada@example.com\r\nBcc: all@example.com"],
    ["an invisible character", "ada\u200b@example.com"],
    ["two addresses", "a@example.com,b@example.com"],
    ["a display name", "Ada <ada@example.com>"],
    ["a list", ["ada@example.com"]],
  ])("a verified one that cannot be stored: %s", async (_what, address) => {
    provide({ email: address });
    expect(signUpOf(await unknown())).toEqual({ mode: "mail", href: "/sign-up" });
  });

  test("an international domain is shown in ASCII, so that it cannot pass for another one", async () => {
    provide({ email: `${username()}@exаmple.com` });
    expect((await newAccount()).screen("new-account").email).toBe(`${username()}@xn--exmple-4nf.com`);
  });

  test.each([
    ["a line separator", { name: "Zoe\u2028Admin" }, { name: "" }],
    ["a mark that turns the text around it", { name: "Zoe \u202Enimda" }, { name: "Zoe nimda" }],
    ["a name of 90 characters", { name: "z".repeat(90) }, { name: "" }],
    ["Cyrillic letters in the username", { preferred_username: "zое" }, { username: "" }],
    ["an address as the username", { preferred_username: "zoe@example.com" }, { username: "" }],
    ["neither", { name: 7, preferred_username: null }, { name: "", username: "" }],
  ])("names are suggestions: %s", async (_what, claims, shown) => {
    provide(claims);
    expect((await newAccount()).screen("new-account")).toMatchObject(shown);
  });

  test("without UPSTREAM_<ID>_TRUST_EMAIL no address is proved, and nobody learns whether it has an account", async () => {
    const careful = await openUpstreamFixture();
    try {
      const { username: known } = await careful.opened.createPerson();
      for (const address of [email, `${known}@example.com`]) {
        provide({ email: address }, careful);
        const page = await unknown(new TestBrowser(careful.opened), "", careful);
        expect(signUpOf(page)).toEqual(there(address));
      }
    } finally {
      await careful.close();
    }
  });

  test("behind the link the provider is one choice, and the account needs no password", async () => {
    provide({ email_verified: false });
    const { href } = signUpOf(await unknown(browser, serviceQuery())) as { href: string };
    await sendForm(browser, await browser.get(href), "sign-up", { email });
    const path = await mailedLink(opened.hub, email);
    const phone = new TestBrowser(opened);
    const page = await phone.get(path);
    expect(page.screen("new-account")).toMatchObject({
      identity: null,
      providers: [{ name: "Example Work", action: "/upstream/work/new-account" }],
    });
    const chosen = await choose(page, phone);
    expect(chosen.screen("new-account")).toMatchObject({
      email,
      identity: { label: `Z${sub.slice(0, 8)}`, canChange: true },
      name: "Zoe Example",
    });
    const done = await finish(chosen, {}, phone);
    expect(done.location.startsWith(`${opened.shop.service}?ticket=ST-`)).toBe(true);
    expect(await owner()).toMatchObject({ email, emailVerified: true });
    // The link proved the address.
    expect((await mailsTo(opened.hub, email)).map(({ kind }) => kind)).toEqual(["sign-up"]);
  });
});

/** Continues with the provider on the page of a link. */
async function choose(page: BrowserAnswer, one = browser): Promise<BrowserAnswer> {
  return one.follow(await chosenAt(page, one));
}
async function chosenAt(page: BrowserAnswer, one = browser): Promise<BrowserAnswer> {
  const [offer] = page.screen("new-account").providers;
  const fields = Object.fromEntries((offer?.hidden ?? []).map(({ name, value }) => [name, value]));
  const begun = await one.post(offer?.action ?? "", fields);
  return fixture.comeBack(one, await fixture.issuer.authorize(begun.location));
}

describe("an invitation", () => {
  async function invite(): Promise<string> {
    const about = { username: username(), name: username(), email, operator: false, groups: ["staff"] };
    const { id } = await opened.hub.database.people.create({ ...about, password: null });
    await opened.hub.queueMail({ kind: "invitation", recipient: email, personId: id, facts: {} });
    return mailedLink(opened.hub, email);
  }

  test("is accepted with an account at a provider, whatever its address", async () => {
    provide({ email: "elsewhere@example.net" });
    const chosen = await choose(await browser.get(await invite()));
    expect(chosen.screen("new-account")).toMatchObject({
      kind: "invitation",
      name: "Zoe Example",
      username: username(),
      email,
    });
    expect((await finish(chosen, { username: "admin" })).location).toBe("/account");
    const made = await owner();
    expect(made).toMatchObject({
      username: username(),
      name: "Zoe",
      email,
      groups: ["staff"],
      emailVerified: true,
    });
    expect(await auditOf(made?.id ?? "", "invitation")).toMatchObject([
      { facts: { credential: "provider" } },
    ]);
    expect(await sessionIn()).toMatchObject({ amr: ["fed"] });
  });

  test("with the account of another user is refused, and leads back to the link", async () => {
    const path = await invite();
    await fixture.link(await opened.createPerson(), sub);
    const answer = await chosenAt(await browser.get(path));
    expect([answer.status, codeOf(answer)]).toEqual([409, "upstream_linked_elsewhere"]);
    expect(answer.screen("refused").link?.href).toBe(path);
  });

  test("whose account got another user in the meantime is refused, and the link stays", async () => {
    const path = await invite();
    const chosen = await choose(await browser.get(path));
    await fixture.link(await opened.createPerson(), sub);
    const answer = await finish(chosen);
    expect([answer.status, codeOf(answer)]).toEqual([409, "upstream_linked_elsewhere"]);
    expect((await browser.get(path)).status).toBe(200);
  });

  test("still takes a password instead", async () => {
    const chosen = await choose(await browser.get(await invite()));
    const page = await finish(chosen, { use: "password", name: "Zoe Typed" });
    expect(page.screen("new-account")).toMatchObject({ identity: null, name: "Zoe Typed", errors: [] });
    expect((await finish(page, { password: "seven green boats at noon" })).location).toBe("/account");
    expect(await owner()).toBeNull();
    expect(await sessionIn()).toMatchObject({ amr: ["pwd"] });
  });

  test("is not sent to a user who has an account at a provider instead of a password", async () => {
    await finish(await newAccount());
    await sendForm(browser, await browser.get("/sign-up"), "sign-up", { email });
    const [newest] = await mailsTo(opened.hub, email);
    expect(newest?.subject).toBe("You have an account already");
  });
});

describe("the link of a sign-up belongs to the account at the provider", () => {
  test("in another browser it creates nothing, with a password neither", async () => {
    const page = await newAccount();
    const { hidden } = page.screen("new-account");
    const path = `/sign-up/account?${new URLSearchParams({ link: hidden.find(({ name }) => name === "link")?.value ?? "" })}`;
    const stranger = new TestBrowser(opened);
    const answer = await stranger.get(path);
    expect([answer.status, codeOf(answer)]).toEqual([410, "sign_up_expired"]);
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const typed = {
      ...fields,
      with: "",
      name: "Zoe",
      username: username(),
      password: "seven green boats at noon",
    };
    expect(codeOf(await browser.post("/sign-up/account", typed))).toBe("sign_up_expired");
    expect(await person()).toBeNull();
  });

  test("after ten minutes it creates nothing", async () => {
    const page = await newAccount();
    const kept = browser.carryOver();
    await opened.advance(601);
    expect(codeOf(await finish(page, {}, kept))).toBe("sign_up_expired");
    expect(await person()).toBeNull();
  });

  test("another account at the provider cannot take it", async () => {
    const link = (await newAccount()).screen("new-account").hidden.find(({ name }) => name === "link");
    const page = await mailedPage();
    const [offer] = page.screen("new-account").providers;
    const fields = Object.fromEntries((offer?.hidden ?? []).map(({ name, value }) => [name, value]));
    const answer = await browser.post(offer?.action ?? "", { ...fields, link: link?.value ?? "" });
    expect(answer.location.startsWith("/sign-up/account?link=")).toBe(true);
  });

  async function mailedPage(): Promise<BrowserAnswer> {
    const address = `m${sub}@example.com`;
    await sendForm(browser, await browser.get("/sign-up"), "sign-up", { email: address });
    return browser.get(await mailedLink(opened.hub, address));
  }

  test("a form of another browser begins nothing at the provider", async () => {
    const page = await mailedPage();
    const [offer] = page.screen("new-account").providers;
    const fields = Object.fromEntries((offer?.hidden ?? []).map(({ name, value }) => [name, value]));
    const answer = await new TestBrowser(opened).post(offer?.action ?? "", fields);
    expect([answer.status, codeOf(answer)]).toEqual([403, "form_token_wrong"]);
  });

  test("an outage of the provider leads back to the link", async () => {
    const page = await mailedPage();
    fixture.issuer.fault = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    const [offer] = page.screen("new-account").providers;
    const fields = Object.fromEntries((offer?.hidden ?? []).map(({ name, value }) => [name, value]));
    const answer = await browser.post(offer?.action ?? "", fields);
    expect([answer.status, codeOf(answer)]).toEqual([502, "upstream_unreachable"]);
    expect(answer.screen("refused").link?.href).toMatch(/^\/sign-up\/account\?link=/);
  });
});

describe("of concurrent sign-ups one creates a user", () => {
  const outcomes = (answers: readonly BrowserAnswer[]) =>
    answers
      .map((answer) => {
        if (answer.status === 303) return "created";
        return answer.status === 400 ? "username_taken" : codeOf(answer);
      })
      .toSorted();

  test("50 forms of one page", async () => {
    const page = await newAccount();
    const copies = Array.from({ length: 50 }, () => browser.carryOver());
    const answers = await Promise.all(copies.map((copy) => finish(page, {}, copy)));
    const [created, ...others] = outcomes(answers);
    expect(created).toBe("created");
    // Which of them depends on the time: names and address are looked up before the link is used.
    const refusals = ["email_taken", "link_unusable", "username_taken"];
    expect(others.filter((outcome) => refusals.includes(outcome))).toHaveLength(49);
  });

  test("50 presses of one button make one link", async () => {
    const page = await unknown();
    const copies = Array.from({ length: 50 }, () => browser.carryOver());
    const answers = await Promise.all(copies.map((copy) => create(page, copy)));
    expect(answers.filter(({ status }) => status === 303)).toHaveLength(1);
    expect(await linksTo(email)).toBe(1);
  });

  test("two browsers with one account at the provider", async () => {
    const other = new TestBrowser(opened);
    const page = await newAccount();
    // The address at the provider changed in between.
    provide({ email: `other-${email}` });
    const second = await newAccount(other);
    const answers = await Promise.all([finish(page), finish(second, { username: `${username()}-2` }, other)]);
    expect(outcomes(answers)).toEqual(["created", "upstream_linked_elsewhere"]);
  });

  test("two accounts at the provider with one address", async () => {
    const other = new TestBrowser(opened);
    const page = await newAccount();
    const first = username();
    sub = randomUUID();
    provide();
    const second = await newAccount(other);
    const answers = await Promise.all([finish(page, { username: first }), finish(second, {}, other)]);
    expect(outcomes(answers)).toEqual(["created", "email_taken"]);
  });
});

describe("SIGN_UP", () => {
  test.each(["off", "invitation"])(
    "%s: the page says so, and the form of an open hub creates no link",
    async (mode) => {
      const closed = await openUpstreamFixture({ UPSTREAM_WORK_TRUST_EMAIL: "on", SIGN_UP: mode });
      try {
        const form = await unknown();
        // The form comes from the hub with its former settings, whose clock the tests before have moved ahead.
        await closed.opened.advance(601);
        const same = browser.carryOver(closed.opened);
        const answer = await create(form, same);
        expect(answer.location).toBe("/upstream/account");
        expect(signUpOf(await same.follow(answer))).toEqual({ mode });
        expect(await linksTo(email, closed.opened)).toBe(0);
      } finally {
        await closed.close();
      }
    },
  );
});
