/** Two users at one browser, by OpenID Connect (docs/decisions/0019), and sign-ins that were left open. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type BrowserAnswer,
  openTestHub,
  TestBrowser,
  type TestHub,
  type TestPerson,
} from "../../test-hub.ts";
import { RelyingSite, received } from "../../test-support/relying-site.ts";

let opened: TestHub;
let alice: TestPerson;
let bob: TestPerson;
let browser: TestBrowser;
let shop: RelyingSite;
let app: RelyingSite;
beforeAll(async () => {
  const secret = "app-secret-".padEnd(40, "x");
  opened = await openTestHub({
    environment: { APP_SITE_SECRET: secret },
    sites: ({ shop: site }) => ({
      shop: site.registration({
        oidc: { redirectUris: [`${site.origin}/oidc/callback`], scopes: ["openid", "profile"] },
      }),
      app: {
        id: "app",
        name: "The app",
        url: "https://app.example/",
        firstParty: false,
        secret: { environment: "APP_SITE_SECRET" },
        oidc: { redirectUris: ["https://app.example/callback"], scopes: ["openid", "profile"] },
      },
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  bob = await opened.createPerson({ username: "bob" });
  shop = new RelyingSite(opened, {
    id: "shop",
    secret: opened.shop.secret,
    redirectUri: `${opened.shop.origin}/oidc/callback`,
    scope: "openid profile",
  });
  app = new RelyingSite(opened, {
    id: "app",
    secret,
    redirectUri: "https://app.example/callback",
    scope: "openid profile",
  });
});
beforeEach(() => {
  browser = new TestBrowser(opened);
});
afterAll(() => opened.close());

const typed = ({ username, password }: TestPerson) => ({ username, password });
const fieldsOf = (fields: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(fields.map(({ name, value }) => [name, value]));

/** Follows the hub's redirects to itself. */
async function onward(from: BrowserAnswer | Promise<BrowserAnswer>): Promise<BrowserAnswer> {
  let answer = await from;
  for (let step = 0; browser.leadsOn(answer); step += 1) {
    if (step > 10) throw new Error("too many redirects");
    answer = await browser.follow(answer);
  }
  return answer;
}
const begin = (site: RelyingSite, more: Record<string, string> = {}) =>
  onward(browser.get(site.authorization(more)));
const send = (form: BrowserAnswer, fields: Record<string, string>) =>
  onward(browser.post("/cas/login", { ...browser.hiddenFields(form), ...fields }));
function choose(answer: BrowserAnswer, which: "stay" | "switch"): Promise<BrowserAnswer> {
  const { action, hidden } = answer.screen("choose-account");
  return onward(browser.post(action, { ...fieldsOf(hidden), answer: which }));
}
/** Whom the site gets. */
async function subjectOf(site: RelyingSite, answer: BrowserAnswer) {
  return (await site.tokens(received(answer))).claims.sub;
}
const whoIsIn = async () => {
  const page = await browser.get("/account");
  return page.status === 200 ? page.screen("account").person.username : null;
};

describe("a form opened without a session; alice signs in in another tab, then bob submits the form", () => {
  test.each<[string, () => Record<string, string>]>([
    ["with his password", () => typed(bob)],
    ["with a wrong one", () => ({ username: "bob", password: "wrong" })],
    ["empty", () => ({ username: "", password: "" })],
  ])("%s: the hub says that alice is signed in; each choice leads to the site", async (_, fields) => {
    for (const which of ["stay", "switch"] as const) {
      const form = await begin(shop);
      await browser.signIn(alice);
      const answer = await send(form, fields());
      const model = answer.screen("choose-account");
      expect(model).toMatchObject({
        person: { username: "alice" },
        because: "typed",
        site: { name: "The shop" },
      });
      let end = await choose(answer, which);
      if (which === "switch" && end.location === "") end = await send(end, typed(bob));
      expect(await subjectOf(shop, end)).toBe(which === "stay" ? alice.id : bob.id);
      expect(await whoIsIn()).toBe(which === "stay" ? "alice" : "bob");
      await browser.get("/cas/logout");
    }
  });

  test("the same user continues", async () => {
    const form = await begin(shop);
    await browser.signIn(alice);
    expect(await subjectOf(shop, await send(form, typed(alice)))).toBe(alice.id);
  });
});

describe.each([
  ["prompt=login", { prompt: "login" }, 0],
  ["max_age", { max_age: "60" }, 61],
])("a form for %s that alice was shown, submitted by bob", (_, more, later) => {
  test('"continue as alice" shows the form again, for alice, and the site gets alice', async () => {
    await browser.signIn(alice);
    await opened.advance(later);
    const form = await begin(shop, more);
    const page = await choose(await send(form, typed(bob)), "stay");
    expect(page.screen("login")).toMatchObject({ reason: "renew", username: "alice" });
    expect(await subjectOf(shop, await send(page, typed(alice)))).toBe(alice.id);
  });

  test("after the switch the site gets bob without another question", async () => {
    await browser.signIn(alice);
    await opened.advance(later);
    const form = await begin(shop, more);
    const end = await choose(await send(form, typed(bob)), "switch");
    expect(await subjectOf(shop, end)).toBe(bob.id);
  });
});

describe("a flow begun in alice's session, continued in bob's", () => {
  /** The page of alice's flow, opened again in bob's session. */
  async function inBobsSession(site: RelyingSite, more: Record<string, string> = {}) {
    await browser.signIn(alice);
    const first = await browser.get(site.authorization({ prompt: "consent", ...more }));
    const page = await browser.follow(first);
    await browser.get("/cas/logout");
    await browser.signIn(bob);
    return { address: first.location, page };
  }

  test("a first-party site: bob is asked whether to continue as bob", async () => {
    const { address } = await inBobsSession(shop);
    const answer = await onward(browser.get(address));
    expect(answer.screen("choose-account")).toMatchObject({
      because: "opened-before",
      person: { username: "bob" },
    });
    const consent = await choose(answer, "stay");
    expect(consent.screen("consent").person.username).toBe("bob");
  });

  test("the consent form that alice left open, submitted by bob, allows nothing and asks him", async () => {
    const { page } = await inBobsSession(app);
    const { action, hidden } = page.screen("consent");
    const answer = await onward(
      browser.post(action, { ...fieldsOf(hidden), answer: "allow", "allow:profile": "true" }),
    );
    expect(answer.screen("choose-account").person.username).toBe("bob");
    expect(await opened.hub.database.consents.find(alice.id, "app")).toBeNull();
    expect(await opened.hub.database.consents.find(bob.id, "app")).toBeNull();
    expect((await choose(answer, "stay")).screen("consent").person.username).toBe("bob");
  });

  test("after the switch, alice signs in again and gets the same question", async () => {
    const { address } = await inBobsSession(app);
    const form = await choose(await onward(browser.get(address)), "switch");
    expect(form.screen("login")).toMatchObject({ username: "", site: { name: "The app" } });
    expect((await send(form, typed(alice))).screen("consent").person.username).toBe("alice");
  });

  test("alice, re-authenticated in another tab meanwhile, continues", async () => {
    await browser.signIn(alice);
    const page = await begin(app, { prompt: "consent" });
    await browser.signIn(alice, "?renew=true");
    const { action, hidden } = page.screen("consent");
    const end = await onward(
      browser.post(action, { ...fieldsOf(hidden), answer: "allow", "allow:profile": "true" }),
    );
    expect(await subjectOf(app, end)).toBe(alice.id);
  });

  test("an answer of alice's that arrives after bob has signed in is refused, and bob stays signed in", async () => {
    const first = await browser.get(shop.authorization());
    const form = await onward(first);
    const back = await browser.post("/cas/login", { ...browser.hiddenFields(form), ...typed(alice) });
    const resume = await browser.follow(back);
    expect(resume.location).toMatch(/\/oidc\/auth\/[\w-]+$/);
    await browser.get("/cas/logout");
    await browser.signIn(bob);
    const answer = await browser.follow(resume);
    expect([answer.status, answer.location]).toEqual([400, ""]);
    const { link } = answer.screen("refused");
    expect(link?.label).toBe("Continue to The shop");
    expect(await whoIsIn()).toBe("bob");
    expect(await subjectOf(shop, await onward(browser.get(link?.href ?? "")))).toBe(bob.id);
  });

  test("a choice for one flow is not valid for another", async () => {
    const { address } = await inBobsSession(shop);
    const { action, hidden } = (await onward(browser.get(address))).screen("choose-account");
    const chosen = await browser.post(action, { ...fieldsOf(hidden), answer: "stay" });
    const signature = new URL(chosen.location, opened.origin).searchParams.get("chosen") ?? "";
    expect(signature).not.toBe("");
    await browser.get("/cas/logout");
    const other = await inBobsSession(shop);
    const again = await browser.get(`${other.address}&chosen=${signature}`);
    expect(again.screen("choose-account").because).toBe("opened-before");
  });
});

describe("OpenID Connect Core 3.1.2.1 a site that names another account", () => {
  const hintFor = async (person: TestPerson) => {
    const { id_token } = await shop.round(new TestBrowser(opened), person);
    return id_token;
  };

  test("id_token_hint of alice while bob is signed in: sign out and sign in, and the site gets alice", async () => {
    const id_token_hint = await hintFor(alice);
    await browser.signIn(bob);
    const answer = await begin(shop, { id_token_hint });
    expect(answer.screen("choose-account")).toMatchObject({
      because: "other-asked-for",
      person: { username: "bob" },
      decline: { site: { name: "The shop" } },
    });
    const form = await choose(answer, "switch");
    expect(await subjectOf(shop, await send(form, typed(alice)))).toBe(alice.id);
  });

  test('"back to the site" gives login_required, and bob stays signed in', async () => {
    await browser.signIn(bob);
    const answer = await begin(shop, { id_token_hint: await hintFor(alice), state: "s" });
    const { decline } = answer.screen("choose-account");
    const end = await onward(
      browser.post(decline?.action ?? "", { ...fieldsOf(decline?.hidden ?? []), answer: "leave" }),
    );
    expect([received(end).get("error"), received(end).get("state")]).toEqual(["login_required", "s"]);
    expect(await whoIsIn()).toBe("bob");
  });

  test("bob, signing in where the site demands alice, gets a message and no redirect loop", async () => {
    const id_token_hint = await hintFor(alice);
    const answer = await send(await begin(shop, { id_token_hint }), typed(bob));
    expect(answer.screen("choose-account")).toMatchObject({
      because: "other-asked-for",
      person: { username: "bob" },
    });
  });

  test('login_hint of another user: the hub asks, and "continue as alice" ignores the hint', async () => {
    await browser.signIn(alice);
    const answer = await begin(shop, { login_hint: "bob" });
    expect(answer.screen("choose-account")).toMatchObject({ because: "suggested", other: "bob" });
    expect(await subjectOf(shop, await choose(answer, "stay"))).toBe(alice.id);
  });

  test("login_hint of another user: after the switch the form has the name", async () => {
    await browser.signIn(alice);
    const form = await choose(await begin(shop, { login_hint: "bob" }), "switch");
    expect(form.screen("login").username).toBe("bob");
    expect(await subjectOf(shop, await send(form, typed(bob)))).toBe(bob.id);
  });

  test.each([
    ["the username", "alice"],
    ["the email address, in capitals", "Alice@Example.com"],
    ["a line break in it", "bob\n"],
    ["nothing", ""],
  ])("login_hint with %s changes nothing for the signed-in user", async (_, login_hint) => {
    await browser.signIn(alice);
    expect(await subjectOf(shop, await begin(shop, { login_hint }))).toBe(alice.id);
  });

  test("login_hint with a line break is dropped, one without fills in the form", async () => {
    expect((await begin(shop, { login_hint: "bob\n" })).screen("login").username).toBe("");
    expect((await begin(shop, { login_hint: "\u200bbob" })).screen("login").username).toBe("bob");
  });

  test("with prompt=none a login_hint is ignored: no page can ask, and the ID token names the user", async () => {
    await browser.signIn(alice);
    expect(await subjectOf(shop, await begin(shop, { login_hint: "bob", prompt: "none" }))).toBe(alice.id);
  });
});

describe("a sign-in page that was left open, bookmarked or revisited", () => {
  test("overnight: name and password lead to the site, by a new flow", async () => {
    const form = await begin(shop, { state: "kept" });
    await opened.advance(9 * 3600);
    const again = await send(form, typed(alice));
    // The login ticket has expired; the name is still there.
    expect(again.screen("login")).toMatchObject({ error: { code: "form_expired" }, username: "alice" });
    const end = await send(again, typed(alice));
    expect(received(end).get("state")).toBe("kept");
    expect(await subjectOf(shop, end)).toBe(alice.id);
  });

  test("after all cookies were cleared: the same", async () => {
    const form = await begin(shop);
    browser.cookies.clear();
    const again = await send(form, typed(alice));
    expect(again.screen("login")).toMatchObject({ error: { code: "cookies_missing" }, username: "alice" });
    expect(await subjectOf(shop, await send(again, typed(alice)))).toBe(alice.id);
  });

  test("as a bookmark, in another browser and another year", async () => {
    const first = await browser.follow(await browser.get(shop.authorization()));
    const bookmark = first.location;
    browser = new TestBrowser(opened);
    await opened.advance(366 * 86_400);
    const form = await browser.get(bookmark);
    expect(await subjectOf(shop, await send(form, typed(alice)))).toBe(alice.id);
  });

  test("Back after signing in: the flow is over, and the page links to the site", async () => {
    const first = await browser.get(shop.authorization());
    const form = await onward(first);
    const login = `/cas/login?${new URLSearchParams(browser.hiddenFields(form))}`;
    await send(form, typed(alice));
    const { code, sentences, link } = (await onward(browser.get(login))).screen("refused");
    expect([code, link?.label]).toEqual(["flow_expired", "Continue to The shop"]);
    expect(sentences.join(" ")).toContain("You are signed in as Person alice.");
    expect(await subjectOf(shop, await onward(browser.get(link?.href ?? "")))).toBe(alice.id);
  });

  test("a consent page revisited after the answer: the same", async () => {
    await browser.signIn(alice);
    const first = await browser.get(app.authorization());
    const { action, hidden } = (await browser.follow(first)).screen("consent");
    const yes = { ...fieldsOf(hidden), answer: "allow", "allow:profile": "true" };
    await onward(browser.post(action, yes));
    for (const late of [await browser.get(first.location), await browser.post(action, yes)])
      expect(late.screen("refused").link?.label).toBe("Continue to The app");
  });

  test("without cookies: a page with a link, not a redirect loop", async () => {
    const first = await browser.get(shop.authorization());
    browser.cookies.clear();
    const answer = await browser.get(first.location);
    expect([answer.status, answer.location]).toEqual([400, ""]);
    expect(answer.screen("refused").link?.href).toMatch(/^\/oidc\/auth\?/);
  });

  test("a restart repeats the request: redirect URI, scopes and state", async () => {
    const more = { state: "a b&c", nonce: "n", max_age: "100", ui_locales: "en de" };
    const first = await browser.get(app.authorization(more));
    browser.cookies.clear();
    const { href = "" } = (await browser.get(first.location)).screen("refused").link ?? {};
    const [again, before] = [href, app.authorization(more)].map(
      (address) => new URL(address, opened.origin).searchParams,
    );
    expect(Object.fromEntries(again ?? [])).toMatchObject(Object.fromEntries(before ?? []));
    expect(again?.has("chosen")).toBe(false);
  });

  test("RFC 9126 1 a pushed request is not repeated in an address; the link leads to the site", async () => {
    const pushed = await app.post(
      "/oidc/request",
      Object.fromEntries(new URL(app.authorization({ nonce: "secret-nonce" }), opened.origin).searchParams),
    );
    const { request_uri } = pushed.json as { request_uri: string };
    const first = await browser.get(`/oidc/auth?${new URLSearchParams({ client_id: "app", request_uri })}`);
    expect(first.location).not.toContain("secret-nonce");
    browser.cookies.clear();
    expect((await browser.get(first.location)).screen("refused").link).toEqual({
      label: "Continue to The app",
      href: "https://app.example/",
    });
  });

  test.each([
    ["of nobody's site", "client_id=nobody&redirect_uri=https%3A%2F%2Fevil.example&response_type=code"],
    ["without a query", ""],
  ])("an address %s leads to the front page", async (_, query) => {
    const { link } = (await browser.get(`/oidc/interaction/abcdefgh?${query}`)).screen("refused");
    expect(link).toBeUndefined();
  });

  test("a request edited in the address is checked like any other", async () => {
    const query = new URLSearchParams({
      client_id: "app",
      redirect_uri: "https://evil.example/",
      response_type: "code",
      scope: "openid",
    });
    const { href = "" } =
      (await browser.get(`/oidc/interaction/abcdefgh?${query}`)).screen("refused").link ?? {};
    const answer = await browser.get(href);
    expect([answer.status, answer.location]).toEqual([400, ""]);
  });
});

describe("OpenID Connect Core 3.1.2.1 prompt=select_account", () => {
  const asked = { prompt: "select_account" };

  test("alice is asked, although she is signed in, and continues without a password", async () => {
    await browser.signIn(alice);
    const answer = await begin(shop, asked);
    expect(answer.screen("choose-account")).toMatchObject({
      because: "asked-to-choose",
      person: { username: "alice" },
      site: { name: "The shop" },
      other: "",
      decline: null,
    });
    expect(await subjectOf(shop, await choose(answer, "stay"))).toBe(alice.id);
    expect((await begin(shop, asked)).screen("choose-account").because).toBe("asked-to-choose");
  });

  test("after the switch the sign-in is the choice", async () => {
    await browser.signIn(alice);
    const form = await choose(await begin(shop, asked), "switch");
    expect(form.screen("login").username).toBe("");
    expect(await subjectOf(shop, await send(form, typed(bob)))).toBe(bob.id);
    expect(await whoIsIn()).toBe("bob");
  });

  test("without a session the sign-in is the choice", async () => {
    expect(await subjectOf(shop, await send(await begin(shop, asked), typed(alice)))).toBe(alice.id);
  });

  test("with consent as well, the site asks for both", async () => {
    await browser.signIn(alice);
    const question = await choose(await begin(shop, { prompt: "select_account consent" }), "stay");
    const { action, hidden } = question.screen("consent");
    const end = await onward(browser.post(action, { ...fieldsOf(hidden), answer: "allow" }));
    expect(await subjectOf(shop, end)).toBe(alice.id);
  });

  test("another user who signs in during the question is asked anew", async () => {
    await browser.signIn(alice);
    const { action, hidden } = (await begin(shop, asked)).screen("choose-account");
    await browser.get("/cas/logout");
    await browser.signIn(bob);
    const answer = await onward(browser.post(action, { ...fieldsOf(hidden), answer: "stay" }));
    expect(answer.screen("choose-account")).toMatchObject({
      because: "opened-before",
      person: { username: "bob" },
    });
  });

  test("the metadata name it", async () => {
    const { body } = await browser.get("/oidc/.well-known/openid-configuration");
    expect(JSON.parse(body).prompt_values_supported).toContain("select_account");
  });
});
