/** Duration of a consent, its entry on the account page, and the questions that remain. */
import { decodeJwt } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  type BrowserAnswer,
  openTestHub,
  TestBrowser,
  type TestHub,
  type TestPerson,
} from "../../test-hub.ts";
import { eventually } from "../../test-support/eventually.ts";
import { readModel } from "../../test-support/frontend-stand-in.ts";
import { RelyingSite } from "../../test-support/relying-site.ts";

const redirectUri = "https://program.example/callback";
const api = "https://api.example/";

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  const program = (id: string, firstParty: boolean, applicationType: string) => ({
    id,
    name: `The ${id}`,
    url: `https://${id}.example/`,
    firstParty,
    oidc: {
      applicationType,
      redirectUris: [applicationType === "web" ? redirectUri : "http://127.0.0.1/callback"],
      grants: ["authorization_code", "refresh_token", "device_code"],
      scopes: ["openid", "profile", "email", "offline_access", "accounts.read"],
      clientAuthentication: "none",
    },
  });
  opened = await openTestHub({
    sites: ({ bank }) => ({
      bank: bank.registration({ api: { resource: api, scopes: { "accounts.read": "see your accounts" } } }),
      stall: program("stall", false, "web"),
      tool: program("tool", false, "native"),
      family: program("family", true, "native"),
    }),
  });
});
beforeEach(async () => {
  alice = await opened.createPerson();
  browser = await signedIn(alice);
});
afterAll(() => opened.close());

async function signedIn(person: TestPerson): Promise<TestBrowser> {
  const made = new TestBrowser(opened);
  await made.signIn(person);
  return made;
}
const siteOf = (id: string) =>
  new RelyingSite(opened, { id, redirectUri: id === "stall" ? redirectUri : "http://127.0.0.1/callback" });
const stall = () => siteOf("stall");
interface Field {
  readonly name: string;
  readonly value: string;
}
const fieldsOf = (hidden: readonly Field[]) =>
  Object.fromEntries(hidden.map(({ name, value }) => [name, value]));

const both = { scope: "openid profile email" };
const offline = { scope: "openid profile email offline_access", prompt: "consent" };
const yes = { answer: "allow", "allow:profile": "true", "allow:email": "true" };

/** Sends the browser; the page that asks, or where it is sent. */
async function visit(asked: Record<string, string> = both, { id = "stall", by = browser } = {}) {
  let answer = await by.get(siteOf(id).authorization(asked));
  if (by.leadsOn(answer)) answer = await by.follow(answer);
  const page = readModel(answer.body)?.name === "consent" ? answer.screen("consent") : null;
  return {
    page,
    answer,
    /** Presses a button; what the site gets. */
    async send(fields: Record<string, string>) {
      if (page === null) throw new Error(`nobody was asked, but sent to ${answer.location}`);
      const sent = await by.post(page.action, { ...fieldsOf(page.hidden), ...fields });
      return new URL((await by.follow(sent)).location).searchParams;
    },
  };
}
const asks = (page: Awaited<ReturnType<typeof visit>>["page"]) => page?.asks.map(({ value }) => value);
const account = async (by = browser) => (await by.get("/account/apps")).screen("account-apps");
const sitesHere = async () =>
  (await browser.get("/account/sessions")).screen("account-sessions").here.sites.map(({ name }) => name);
const apps = async (by = browser) => (await account(by)).connectedApps;

describe("only this time", () => {
  const once = { ...yes, duration: "once" };

  test("Core 3.1.2.1 the next sign-in in the same session asks again, and prompt=none says so", async () => {
    const first = await stall().tokens(await (await visit()).send(once));
    expect(asks((await visit()).page)).toEqual(["profile", "email"]);
    const silent = await visit({ ...both, prompt: "none" });
    expect(new URL(silent.answer.location).searchParams.get("error")).toBe("consent_required");
    // What it has works for as long as the session.
    expect((await stall().userinfo(first.access_token)).json.email).toBe(`${alice.username}@example.com`);
    await browser.get("/cas/logout");
    expect((await stall().userinfo(first.access_token)).status).toBe(401);
  });

  test("allowed scopes are asked for again, beside a stored answer", async () => {
    await (await visit({ scope: "openid profile" })).send({ ...yes, duration: "30" });
    await (await visit()).send(once);
    const { page } = await visit();
    expect([asks(page), page?.before?.items.map(({ value }) => value)]).toEqual([["email"], ["profile"]]);
  });

  test("declined scopes are asked for again too, beside a stored answer", async () => {
    const remembered = await visit({ scope: "openid profile" }, { id: "tool" });
    await remembered.send({ ...yes, duration: "30" });
    await (await visit(both, { id: "tool" })).send({ answer: "without", duration: "once" });
    const { page } = await visit(both, { id: "tool" });
    expect([asks(page), page?.before?.items.map(({ value }) => value)]).toEqual([["email"], ["profile"]]);
  });

  test("there is no refresh token, even if it was requested", async () => {
    const tokens = await stall().tokens(await (await visit(offline)).send(once));
    expect(tokens.refresh_token).toBeUndefined();
    expect(tokens.scope).toBe("openid profile email");
  });

  test("the account page lists it until the session ends, and disconnecting it ends it at once", async () => {
    const { access_token } = await stall().tokens(await (await visit()).send(once));
    expect(await apps()).toMatchObject([{ id: "stall", until: null, offline: false }]);
    const { token } = await account();
    const gone = await browser.post("/account/apps/disconnect", { token, app: "stall" });
    expect(gone.location).toBe("/account/apps");
    expect((await stall().userinfo(access_token)).status).toBe(401);
    await stall().tokens(await (await visit()).send(once));
    await browser.get("/cas/logout");
    expect(await apps(await signedIn(alice))).toEqual([]);
  });

  test("a stored answer is deleted when the user answers for this time only", async () => {
    await (await visit()).send({ ...yes, duration: "90" });
    await (await visit({ ...both, prompt: "consent" })).send(once);
    expect(asks((await visit()).page)).toEqual(["profile", "email"]);
  });

  test("an unknown duration counts as this time only", async () => {
    for (const duration of ["", "9000", "30 "]) await (await visit()).send({ ...yes, duration });
    expect(await opened.hub.database.consents.listOf(alice.id)).toEqual([]);
  });
});

describe("30 or 90 days", () => {
  test.each([30, 90])("%s: no question until then, then all scopes are asked for", async (days) => {
    await (await visit()).send({ ...yes, duration: String(days) });
    expect((await visit()).page).toBeNull();
    await opened.advance(days * 86_400 - 60);
    expect((await visit(both, { by: await signedIn(alice) })).page).toBeNull();
    await opened.advance(120);
    expect(asks((await visit(both, { by: await signedIn(alice) })).page)).toEqual(["profile", "email"]);
  });

  test("RFC 6749 6 a refresh token ends with the consent, however often it is renewed", async () => {
    let { refresh_token } = await stall().tokens(
      await (await visit(offline)).send({ ...yes, duration: "30" }),
    );
    await opened.advance(15 * 86_400);
    const renewed = await stall().refresh(refresh_token);
    expect(renewed.status).toBe(200);
    refresh_token = String(renewed.json.refresh_token);
    await opened.advance(15 * 86_400);
    const refused = await stall().refresh(refresh_token);
    expect([refused.status, refused.json.error]).toEqual([400, "invalid_grant"]);
  });

  test("a shorter answer shortens a longer one", async () => {
    const first = await stall().tokens(await (await visit(offline)).send({ ...yes, duration: "90" }));
    const other = await signedIn(alice);
    await (await visit({ ...both, prompt: "consent" }, { by: other })).send({ ...yes, duration: "30" });
    await opened.advance(20 * 86_400);
    const renewed = await stall().refresh(first.refresh_token);
    await opened.advance(10 * 86_400 + 1);
    expect((await stall().refresh(String(renewed.json.refresh_token))).status).toBe(400);
  });
});

describe("nothing ticked", () => {
  test.each([
    ["by the button that says so", { answer: "without", "allow:email": "true" }],
    ["by a form that was sent with nothing ticked", { answer: "allow" }],
  ])("%s: the tokens of the code have openid only", async (_, fields: Record<string, string>) => {
    const code = await (await visit(offline)).send({ duration: "90", ...fields });
    const tokens = await stall().tokens(code);
    expect([tokens.scope, tokens.refresh_token]).toEqual(["openid", undefined]);
    expect(decodeJwt(tokens.id_token)).toMatchObject({ sub: alice.id });
    expect((await stall().userinfo(tokens.access_token)).json).toEqual({ sub: alice.id });
    await eventually(async () => {
      const consent = await opened.hub.database.consents.find(alice.id, "stall");
      expect(Object.keys(consent?.uses ?? {})).toEqual([""]);
    });
    expect(await apps()).toMatchObject([{ id: "stall", allows: [], offline: false }]);
  });

  test("only this time, the site is listed with the session and not as a connected app", async () => {
    await stall().tokens(await (await visit()).send({ answer: "without", duration: "once" }));
    expect([await apps(), await sitesHere()]).toEqual([[], ["The stall"]]);
  });
});

describe("the account page lists connected apps", () => {
  test("declined scopes are stored nowhere", async () => {
    expect((await (await visit()).send({ answer: "deny" })).get("error")).toBe("access_denied");
    expect([await apps(), await sitesHere()]).toEqual([[], []]);
  });

  test("a redeemed code counts as a use of the consent, an unredeemed one does not", async () => {
    const code = await (await visit()).send({ ...yes, duration: "30" });
    expect(await apps()).toMatchObject([{ id: "stall", lastUsedAt: null }]);
    await stall().tokens(code);
    await eventually(async () => {
      expect(await apps()).toMatchObject([{ id: "stall", lastUsedAt: expect.any(String) }]);
    });
  });

  test("a first-party program is listed as long as it can refresh", async () => {
    const family = siteOf("family");
    await family.tokens(await (await visit(both, { id: "family" })).send({ answer: "allow" }));
    expect(await apps()).toEqual([]);
    const { page, send } = await visit(offline, { id: "family" });
    expect([page?.asks, page?.durations.map(({ value }) => value)]).toEqual([[], ["once", "30", "90"]]);
    const tokens = await family.tokens(await send({ answer: "allow", duration: "30" }));
    expect(await apps()).toMatchObject([
      { id: "family", offline: true, until: expect.any(String), lastUsedAt: expect.any(String) },
    ]);
    const { token } = await account();
    await browser.post("/account/apps/disconnect", { token, app: "family" });
    expect((await family.refresh(tokens.refresh_token)).status).toBe(400);
    expect(await apps()).toEqual([]);
  });
});

describe('"not you?"', () => {
  /** Presses the button, and then the one of the page that asks which account goes on. */
  async function press(by: TestBrowser, page: { action: string; hidden: readonly Field[] }, which: string) {
    const asked = await by.post(page.action, { ...fieldsOf(page.hidden), answer: "switch" });
    const { action, hidden, because, person } = asked.screen("choose-account");
    expect([because, person.username]).toEqual(["not-you", alice.username]);
    return by.post(action, { ...fieldsOf(hidden), answer: which });
  }
  async function goOn(by: TestBrowser, from: BrowserAnswer) {
    let answer = from;
    while (by.leadsOn(answer)) answer = await by.follow(answer);
    return answer;
  }

  test("the session ends, and the next user gets the same question", async () => {
    const { page } = await visit();
    if (page === null) throw new Error("nobody was asked");
    const form = await goOn(browser, await press(browser, page, "switch"));
    expect(form.screen("login")).toMatchObject({ username: "", error: null, site: { name: "The stall" } });
    expect(await opened.hub.database.sessions.listOf(alice.id)).toEqual([]);
    const bob = await opened.createPerson();
    const credentials = { username: bob.username, password: bob.password };
    const sent = await browser.post("/cas/login", { ...browser.hiddenFields(form), ...credentials });
    const again = (await goOn(browser, sent)).screen("consent");
    expect(again.person.username).toBe(bob.username);
    const allowed = await browser.post(again.action, { ...fieldsOf(again.hidden), ...yes, duration: "30" });
    const tokens = await stall().tokens(new URL((await browser.follow(allowed)).location).searchParams);
    expect(tokens.claims.sub).toBe(bob.id);
    expect(await opened.hub.database.consents.find(alice.id, "stall")).toBeNull();
  });

  test("the user named on the page continues to the same question", async () => {
    const { page } = await visit();
    if (page === null) throw new Error("nobody was asked");
    const answer = await goOn(browser, await press(browser, page, "stay"));
    expect(answer.screen("consent")).toMatchObject({ person: { username: alice.username }, asks: page.asks });
  });

  test("another site's page cannot submit it", async () => {
    const { page } = await visit();
    const forged = await browser.post(page?.action ?? "", { token: "0".repeat(32), answer: "switch" });
    expect(forged.status).toBe(403);
  });

  test("on the page of a device its code is kept through the sign-in", async () => {
    const begun = (await siteOf("tool").post("/oidc/device/auth", both)).json;
    const typed = (await browser.get("/oidc/device")).screen("device-code");
    const code = { ...fieldsOf(typed.hidden), user_code: String(begun.user_code) };
    const page = (await browser.post(typed.action, code)).screen("consent");
    const left = await press(browser, page, "switch");
    const bob = await opened.createPerson();
    const answer = await browser.signIn(bob, new URL(left.location, opened.origin).search);
    expect((await goOn(browser, answer)).screen("device-code").code).toBe(begun.user_code);
  });
});
