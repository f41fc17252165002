/**
 * The audit trail is complete: every route that changes something records what it should, every kind of event is recorded
 * somewhere, and no secret that any route takes or gives is in the trail.
 */
import { randomUUID } from "node:crypto";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AntiForgery, Route } from "../http/route.ts";
import type { Screens } from "../screen/screen.ts";
import { type BrowserAnswer, TestBrowser, type TestHub, type TestPerson, testDoorKey } from "../test-hub.ts";
import { basic, makeAppPassword } from "../test-support/app-password.ts";
import { type AuditWatch, watchAudit } from "../test-support/audit-watch.ts";
import { declaredRoutes } from "../test-support/declared-routes.ts";
import { codeOf, createPersonWithCodes, enterFactor } from "../test-support/factor-fixture.ts";
import { mailedLink, sendForm } from "../test-support/mailed-link.ts";
import { givePasskey, signInWithPasskey } from "../test-support/passkey-fixture.ts";
import { RelyingSite } from "../test-support/relying-site.ts";
import { runCommand } from "../test-support/run-command.ts";
import { SoftwareAuthenticator } from "../test-support/software-authenticator.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "../test-support/suite-site.ts";
import { openUpstreamFixture, type UpstreamFixture } from "../test-support/upstream-fixture.ts";
import { type AuditKind, auditKinds } from "./audit-kinds.ts";

/** Kinds that a route records, or the reason for which it records nothing. */
type Expected = readonly AuditKind[] | string;

const mails = "queues a mail; the form behind its link records what it does";
const begins = "begins what another route completes";
const tickets = "service tickets have no events (docs/decisions/0035)";
const testDoor = "exists in tests only";
const shows = "shows a page";

/** A row for each route that may change something, and for each address of oidc-provider that does. */
const expected: Readonly<Record<string, Expected>> = {
  "GET /cas/login": tickets,
  "POST /cas/login": ["sign-in"],
  "POST /cas/login/choose": ["session-ended", "sign-in"],
  "POST /upstream/:id": begins,
  "GET /upstream/callback/:id": ["sign-in"],
  "POST /upstream/account/sign-up": begins,
  "POST /upstream/:id/new-account": begins,
  "POST /cas/login/passkey": ["sign-in"],
  "POST /cas/login/factor": ["recovery-code-used", "sign-in"],
  "GET /cas/login/new-password": shows,
  "POST /cas/login/new-password": ["password-changed", "sign-in"],
  "POST /sign-up": mails,
  "POST /forgot-password": mails,
  "POST /sign-up/account": ["passkey-added", "provider-linked", "sign-in", "sign-up"],
  "POST /invitation": ["invitation", "sign-in"],
  "POST /reset-password": ["password-reset", "session-ended"],
  "POST /email-change": ["email-changed"],
  "POST /cas/login/confirm": tickets,
  "GET /cas/logout": ["sign-out"],
  "GET /cas/validate": tickets,
  "GET /cas/serviceValidate": tickets,
  "GET /cas/proxyValidate": tickets,
  "GET /cas/p3/serviceValidate": tickets,
  "GET /cas/p3/proxyValidate": tickets,
  "GET /cas/proxy": tickets,
  "POST /cas/samlValidate": tickets,
  "POST /cas/v1/tickets": ["sign-in"],
  "POST /cas/v1/tickets/:tgt": tickets,
  "DELETE /cas/v1/tickets/:tgt": ["sign-out"],
  "GET /oidc/interaction/:uid": shows,
  "POST /oidc/interaction/:uid": ["consent-given"],
  "POST /oidc/device": begins,
  "POST /oidc/device/decide": ["consent-given"],
  "POST /account/security/codes/new": ["codes-on", "session-ended", "sign-in"],
  "POST /cas/login/set-up": ["codes-on", "sign-in"],
  "POST /account/security/codes/off": ["codes-off"],
  "POST /account/security/recovery-codes/new": ["recovery-codes-made"],
  "POST /account/security/recovery-codes/download": "repeats the codes of the page before",
  "POST /account/name": ["profile-changed"],
  "POST /account/email": mails,
  "POST /account/picture": ["profile-changed"],
  "POST /account/picture/remove": ["profile-changed"],
  "POST /account/data/export": ["data-exported"],
  "POST /account/delete": ["deletion-due", "session-ended"],
  "POST /account/keep": ["deletion-cancelled"],
  "POST /account/security/providers/connect": begins,
  "POST /account/security/connect": ["provider-linked"],
  "POST /account/security/providers/disconnect": ["provider-unlinked"],
  "POST /account/security/passkeys/new": ["passkey-added"],
  "POST /account/security/passkeys/rename": ["passkey-renamed"],
  "POST /account/security/passkeys/remove": ["passkey-removed"],
  "POST /account/password": ["password-changed"],
  "POST /account/password/add": ["password-changed"],
  "POST /account/sessions/ask-before": "a choice that gives nobody anything",
  "POST /account/sessions/end": ["session-ended"],
  "POST /account/sessions/end-others": ["session-ended"],
  "POST /account/sessions/end-all": ["session-ended"],
  "POST /account/apps/disconnect": ["consent-revoked"],
  "POST /account/app-passwords/new": ["app-password-made"],
  "POST /account/app-passwords/revoke": ["app-password-revoked"],
  "GET /api/v1/me": ["app-password-used"],
  "POST /api/v1/app-passwords/verify": ["app-password-used"],
  "POST /oidc/auth": begins,
  "POST /oidc/session/end": begins,
  "POST /sites/v1/sessions/check": "reports activity of a session",
  "POST /test/v1/people": testDoor,
  "DELETE /test/v1/people/:id": testDoor,
  "POST /test/v1/people/:id/disable": testDoor,
  "POST /test/v1/mails": testDoor,
  "POST /test/v1/clock": testDoor,
  "DELETE /test/v1/clock": testDoor,
  "POST /test/v1/sweep": testDoor,
  // oidc-provider's.
  "POST /oidc/token": ["token-issued", "token-revoked"],
  "POST /oidc/token/revocation": ["token-revoked"],
  "POST /oidc/session/end/confirm": ["sign-out"],
};

/** Kinds that no request records. */
const elsewhere: readonly AuditKind[] = [
  // By the operator's command line.
  ...([
    "user-added",
    "user-disabled",
    "user-enabled",
    "groups-changed",
    "reset-link-made",
    "links-voided",
  ] as const),
  ...(["second-step-reset", "keys-rotated", "site-added", "site-removed", "site-secret-renewed"] as const),
  // By upkeep.
  "account-deleted",
];

const chosen = "seven green boats at noon";
let fixture: UpstreamFixture;
let opened: TestHub;
let watch: AuditWatch;
let suite: RelyingSite;
let run: (words: string) => ReturnType<typeof runCommand<Record<string, unknown>>>;
const routes = declaredRoutes({ door: true });

beforeAll(async () => {
  fixture = await openUpstreamFixture(
    { ...suiteEnvironment, OPERATORS_NEED_FACTOR: "on", UPSTREAM_WORK_TRUST_EMAIL: "on" },
    {
      sites: ({ shop, bank }) => ({
        shop: shop.registration({ cas: { services: [shop.service], rest: true } }),
        bank: bank.registration({
          api: { resource: `${bank.origin}/api`, scopes: { "accounts.read": "see your accounts" } },
        }),
        suite: suiteRegistration(
          "suite",
          {
            grants: ["authorization_code", "refresh_token"],
            scopes: ["openid", "profile", "offline_access"],
          },
          { firstParty: false },
        ),
        tool: {
          ...{ id: "tool", name: "The tool", url: "https://tool.example/", firstParty: false },
          oidc: {
            grants: ["device_code"],
            scopes: ["openid", "profile"],
            clientAuthentication: "none",
            applicationType: "native",
          },
        },
      }),
    },
  );
  ({ opened } = fixture);
  suite = suiteSite(opened, "suite");
  const environment = {
    DATABASE_URL: opened.hub.settings.databaseUrl ?? "",
    HUB_URL: opened.origin,
    SITES_DIR: opened.sitesDirectory,
    ...suiteEnvironment,
  };
  run = (words) => runCommand(words, environment);
  watch = watchAudit(opened, routes);
});
afterAll(async () => {
  watch.stop();
  await fixture.close();
});

const fieldsOf = (fields: readonly { readonly name: string; readonly value: string }[]) =>
  Object.fromEntries(fields.map(({ name, value }) => [name, value]));
async function signedIn(person: TestPerson, query = ""): Promise<TestBrowser> {
  const browser = new TestBrowser(opened);
  await browser.signIn(person, query);
  return browser;
}
async function newcomer(): Promise<{ readonly person: TestPerson; readonly browser: TestBrowser }> {
  const person = await opened.createPerson();
  return { person, browser: await signedIn(person) };
}
const emailOf = ({ username }: Pick<TestPerson, "username">) => `${username}@example.com`;
type Page = {
  [Name in keyof Screens]: Screens[Name] extends { readonly token: string } ? Name : never;
}[keyof Screens];
/** Sends a form of an account page. */
async function act(browser: TestBrowser, page: Page, path: string, fields: Record<string, string>) {
  const { token } = (await browser.get(pathOf[page] ?? "")).screen(page) as { readonly token: string };
  return browser.post(path, { token, ...fields });
}
const pathOf: Partial<Record<Page, string>> = {
  account: "/account",
  "account-security": "/account/security",
  "account-sessions": "/account/sessions",
  "account-apps": "/account/apps",
  "account-data": "/account/data",
};
const ceremony = (page: BrowserAnswer, screen: "add-passkey" | "new-account-passkey") => {
  const { passkey } = page.screen(screen);
  const answer = new SoftwareAuthenticator({ origin: opened.origin }).create(passkey.options as never);
  return [passkey.action, { ...fieldsOf(passkey.hidden), passkey: answer }] as const;
};
const at = (service: string) => `?${new URLSearchParams({ service })}`;

describe("a user", () => {
  test("signs in by password, in place of another user, by passkey and by a code, and out", async () => {
    const [{ person, browser }, other] = [await newcomer(), await opened.createPerson()];
    await new TestBrowser(opened).signIn({ ...person, password: "not the right password" });
    const asked = await browser.signIn(other, "?prompt=login");
    await sendForm(browser, asked, "choose-account", { answer: "switch" });
    await browser.get("/cas/logout");
    await signInWithPasskey(new TestBrowser(opened), await givePasskey(opened, person));
    const withCodes = await createPersonWithCodes(opened);
    const pending = new TestBrowser(opened);
    const { location } = await pending.signIn(withCodes);
    await enterFactor(pending, location, { recovery_code: withCodes.recoveryCodes[0] ?? "" });
  });

  test("replaces a password of an operator, and one by a mailed link", async () => {
    const person = await opened.createPerson();
    const found = await opened.hub.database.people.findForSignIn(person.username);
    await opened.hub.database.passwords.setMustChange(person.id, found?.passwordHash ?? "", true);
    const browser = new TestBrowser(opened);
    const page = await browser.follow(await browser.signIn(person));
    await sendForm(browser, page, "new-password", { password: chosen });
    const form = await browser.get("/forgot-password");
    await sendForm(browser, form, "forgot-password", { identifier: person.username });
    const reset = await browser.get(await mailedLink(opened.hub, emailOf(person)));
    await sendForm(browser, reset, "reset-password", {
      password: `${chosen}, again`,
      disconnectApps: "true",
    });
  });

  test("creates accounts by links, with a password, a passkey and a provider", async () => {
    const link = async (username: string) => {
      const browser = new TestBrowser(opened);
      const email = emailOf({ username });
      await sendForm(browser, await browser.get("/sign-up"), "sign-up", { email });
      return { browser, page: await browser.get(await mailedLink(opened.hub, email)) };
    };
    const first = await link("with-password");
    const typed = { name: "New", username: "with-password" };
    await sendForm(first.browser, first.page, "new-account", { ...typed, password: chosen });
    const second = await link("with-passkey");
    const choice = { name: "New", username: "with-passkey", use: "passkey" };
    const page = await sendForm(second.browser, second.page, "new-account", choice);
    await second.browser.post(...ceremony(page, "new-account-passkey"));
    const third = await link("with-provider");
    fixture.issuer.account = { sub: randomUUID(), claims: { email: "x@example.com", email_verified: true } };
    const [offer] = third.page.screen("new-account").providers;
    const begun = await third.browser.post(offer?.action ?? "", fieldsOf(offer?.hidden ?? []));
    const back = await fixture.comeBack(third.browser, await fixture.issuer.authorize(begun.location));
    const form = await third.browser.follow(back);
    await sendForm(third.browser, form, "new-account", { name: "New", username: "with-provider" });
  });

  test("creates an account from the sign-in page, with a provider", async () => {
    const browser = new TestBrowser(opened);
    const claims = { email: "from-provider@example.com", email_verified: true, name: "From" };
    fixture.issuer.account = { sub: randomUUID(), claims };
    const page = await browser.follow(await fixture.signIn(browser));
    const { signUp } = page.screen("upstream-unknown");
    if (signUp.mode !== "form") throw new Error(signUp.mode);
    const form = await browser.follow(await browser.post(signUp.action, fieldsOf(signUp.hidden)));
    await sendForm(browser, form, "new-account", { name: "From", username: "from-provider" });
  });

  test("accepts an invitation", async () => {
    const { result } = await run("user add invited --email invited@example.com --print-link");
    const { pathname, search } = new URL(String(result.link));
    const browser = new TestBrowser(opened);
    const page = await browser.get(pathname + search);
    await sendForm(browser, page, "new-account", { name: "Invited", username: "invited", password: chosen });
  });

  test("changes the profile, exports the data, asks for the deletion and keeps the account", async () => {
    const { person, browser } = await newcomer();
    await act(browser, "account", "/account/name", { name: "Another Name" });
    await upload(browser);
    await act(browser, "account", "/account/picture/remove", {});
    await act(browser, "account-data", "/account/data/export", {});
    const email = await browser.get("/account/email");
    const { token } = email.screen("account-email");
    await browser.post("/account/email", { token, email: "another@example.com" });
    const confirm = await browser.get(await mailedLink(opened.hub, "another@example.com"));
    await sendForm(browser, confirm, "confirm-email", {});
    await act(browser, "account-data", "/account/delete", { username: person.username });
    const again = await signedIn(person);
    const keep = (await again.get("/account/keep")).screen("keep-account");
    await again.post("/account/keep", { ...fieldsOf(keep.hidden), token: keep.token, answer: "keep" });
  });

  test("changes the password, and adds one", async () => {
    const { person, browser } = await newcomer();
    const { hidden } = (await browser.get("/account/password")).screen("change-password");
    const typed = { current: person.password, password: chosen, endSessions: "true" };
    await browser.post("/account/password", { ...fieldsOf(hidden), ...typed });
    const other = await opened.createPerson();
    const key = await givePasskey(opened, other);
    await poolOf(opened.hub.database).query("DELETE FROM password_credentials WHERE user_id = $1", [
      other.id,
    ]);
    const without = new TestBrowser(opened);
    await signInWithPasskey(without, key);
    const form = (await without.get("/account/password/add")).screen("change-password");
    await without.post("/account/password/add", { ...fieldsOf(form.hidden), password: chosen });
  });

  test("adds, renames and removes a passkey, sets up codes and turns them off", async () => {
    const { browser } = await newcomer();
    await browser.post(...ceremony(await browser.get("/account/security/passkeys/new"), "add-passkey"));
    const { passkeys } = (await browser.get("/account/security")).screen("account-security");
    const passkey = passkeys[0]?.id ?? "";
    const named = { passkey, name: "Blue key" };
    await act(browser, "account-security", "/account/security/passkeys/rename", named);
    await act(browser, "account-security", "/account/security/passkeys/remove", { passkey });
    await setUp(browser, "/account/security/codes/new");
    const made = await act(browser, "account-security", "/account/security/recovery-codes/new", {});
    const { download } = made.screen("recovery-codes");
    await browser.post(download.action, fieldsOf(download.hidden));
    await act(browser, "account-security", "/account/security/codes/off", {});
  });

  test("sets up codes during the sign-in of an operator", async () => {
    const person = await opened.createPerson();
    await poolOf(opened.hub.database).query("UPDATE users SET operator = true WHERE id = $1", [person.id]);
    const browser = new TestBrowser(opened);
    await setUp(browser, (await browser.signIn(person)).location);
  });

  test("connects an account at a provider, signs in with it and disconnects it", async () => {
    const { browser } = await newcomer();
    fixture.issuer.account = {
      sub: randomUUID(),
      claims: { email: "zoe@example.com", email_verified: true },
    };
    const path = "/account/security/providers/connect";
    const begun = await act(browser, "account-security", path, { provider: "work" });
    const back = await fixture.comeBack(browser, await fixture.issuer.authorize(begun.location));
    const { token } = (await browser.follow(back)).screen("upstream-connect");
    await browser.post("/account/security/connect", { token });
    await fixture.signIn(new TestBrowser(opened));
    const { providers } = (await browser.get("/account/security")).screen("account-security");
    const which = { provider: "work", account: providers.connected[0]?.id ?? "" };
    await act(browser, "account-security", "/account/security/providers/disconnect", which);
  });

  test("ends one session, all others, and all", async () => {
    const { person, browser } = await newcomer();
    await signedIn(person);
    const { others } = (await browser.get("/account/sessions")).screen("account-sessions");
    const session = others[0]?.sessions[0]?.id ?? "";
    await act(browser, "account-sessions", "/account/sessions/ask-before", { ask: "true" });
    await act(browser, "account-sessions", "/account/sessions/end", { session });
    await signedIn(person);
    await act(browser, "account-sessions", "/account/sessions/end-others", {});
    await signedIn(person);
    await act(browser, "account-sessions", "/account/sessions/end-all", {});
  });

  test("makes, uses and revokes an app password, also at a site", async () => {
    const { person, browser } = await newcomer();
    const secrets = [
      await makeAppPassword(browser, { name: "One" }),
      await makeAppPassword(browser, { name: "Two", scopes: ["account.read", "bank:accounts.read"] }),
    ];
    const authorization = basic(person.username, secrets[0] ?? "");
    await new TestBrowser(opened).get("/api/v1/me", { authorization });
    const headers = { authorization: opened.bank.authorization, "content-type": "application/json" };
    const body = JSON.stringify({ user: person.username, password: secrets[1] });
    await new TestBrowser(opened).send("POST", "/api/v1/app-passwords/verify", headers, body);
    const { appPasswords } = (await browser.get("/account/apps")).screen("account-apps");
    const which = { "app-password": appPasswords[0]?.id ?? "" };
    await act(browser, "account-apps", "/account/app-passwords/revoke", which);
  });
});

describe("a site", () => {
  test("gets and validates tickets", async () => {
    const { person, browser } = await newcomer();
    const { service } = opened.shop;
    for (const path of [
      "/cas/validate",
      "/cas/serviceValidate",
      "/cas/proxyValidate",
      "/cas/p3/serviceValidate",
    ])
      await new TestBrowser(opened).get(`${path}${at(service)}&ticket=${await ticketFor(browser)}`);
    await new TestBrowser(opened).get(
      `/cas/p3/proxyValidate${at(service)}&ticket=${await ticketFor(browser)}`,
    );
    await new TestBrowser(opened).get("/cas/proxy?pgt=PGT-0123456789012345&targetService=https://x.example/");
    await new TestBrowser(opened).send(
      "POST",
      `/cas/samlValidate?${new URLSearchParams({ TARGET: service })}`,
      { "content-type": "text/xml" },
      samlRequest(await ticketFor(browser)),
    );
    const asks = await signedIn(person, "");
    await act(asks, "account-sessions", "/account/sessions/ask-before", { ask: "true" });
    const asked = await asks.get(`/cas/login${at(service)}`);
    await sendForm(asks, asked, "ask-before", {});
    const check = { authorization: opened.shop.authorization, "content-type": "application/json" };
    const body = JSON.stringify({ sessions: [{ sessionIndex: await ticketFor(browser), active: true }] });
    await new TestBrowser(opened).send("POST", "/sites/v1/sessions/check", check, body);
  });

  test("gets tickets by REST", async () => {
    const { username, password } = await opened.createPerson();
    const form = { "content-type": "application/x-www-form-urlencoded" };
    const program = new TestBrowser(opened);
    const fields = (some: Record<string, string>) => new URLSearchParams(some).toString();
    const { body } = await program.send("POST", "/cas/v1/tickets", form, fields({ username, password }));
    const path = `/cas/v1/tickets/${body}`;
    await program.send("POST", path, form, fields({ service: opened.shop.service }));
    await program.send("DELETE", path);
  });

  test("gets consent and tokens, which are refreshed, revoked and presented twice", async () => {
    const { person, browser } = await newcomer();
    const scope = { scope: "openid profile offline_access", prompt: "consent" };
    const tokens = await suite.round(browser, person, scope);
    const { json } = await suite.refresh(tokens.refresh_token);
    await suite.post("/oidc/token/revocation", { token: String(json.refresh_token) });
    const code = (await suite.visit(browser, person)).get("code") ?? "";
    await suite.exchange(code);
    await suite.exchange(code);
    await browser.post(
      "/oidc/auth",
      Object.fromEntries(new URLSearchParams(suite.authorization().slice(11))),
    );
    await act(browser, "account-apps", "/account/apps/disconnect", { app: "suite" });
  });

  test("gets tokens for a device", async () => {
    const { browser } = await newcomer();
    const tool = new RelyingSite(opened, { id: "tool", redirectUri: "", authentication: "post" });
    const { json } = await tool.post("/oidc/device/auth", { scope: "openid profile" });
    const page = await browser.get("/oidc/device");
    const question = await sendForm(browser, page, "device-code", { user_code: String(json.user_code) });
    const answers = { answer: "allow", "allow:profile": "true", duration: "90" };
    await sendForm(browser, question, "consent", answers);
    await tool.post("/oidc/token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: String(json.device_code),
    });
  });

  test("signs the user out", async () => {
    const { browser } = await newcomer();
    await browser.post("/oidc/session/end", {});
    const page = await browser.get("/oidc/session/end");
    const { action, hidden } = page.screen("sign-out");
    await browser.post(new URL(action, opened.origin).pathname, { ...fieldsOf(hidden), logout: "yes" });
  });
});

test("operators add and change users, keys and sites; upkeep deletes an account", async () => {
  const { person, browser } = await newcomer();
  await run("user add managed --email managed@example.com --groups staff");
  await run("user reset managed");
  await run("user withdraw-links managed");
  await run("user groups managed --set owners");
  await run("user disable managed");
  await run("user enable managed");
  const withCodes = await createPersonWithCodes(opened);
  await run(`user reset-second-step ${withCodes.username} --yes`);
  const { result: added } = await run("site add added https://added.example");
  const { result: renewed } = await run("site renew-secret added");
  await run("site remove added");
  await run("keys rotate");
  for (const secret of [added.SITE_SECRET, renewed.SITE_SECRET]) operatorSecrets.push(String(secret));
  await act(browser, "account-data", "/account/delete", { username: person.username });
  await opened.advance(15 * 86_400);
  await opened.hub.runUpkeep();
});
const operatorSecrets: string[] = [];

describe("the test door", () => {
  const door = (method: "POST" | "DELETE", path: string, body: object = {}) =>
    new TestBrowser(opened).send(
      method,
      path,
      { authorization: `Bearer ${testDoorKey}`, "content-type": "application/json" },
      method === "POST" ? JSON.stringify(body) : undefined,
    );

  test("records nothing of its own", async () => {
    const about = { username: "door", name: "Door", email: "door@example.com", password: chosen };
    const { body } = await door("POST", "/test/v1/people", about);
    const { id } = JSON.parse(body);
    await door("POST", "/test/v1/mails", { recipient: "door@example.com" });
    await door("POST", `/test/v1/people/${id}/disable`);
    await door("DELETE", `/test/v1/people/${id}`);
    await door("POST", "/test/v1/sweep");
    await door("POST", "/test/v1/clock", { advance: 1 });
    await door("DELETE", "/test/v1/clock");
  });
});

describe("the trail is complete", () => {
  const changing: readonly AntiForgery[] = ["navigation", "ticket", "sign-out-only", "login-ticket"];
  const mayChange = ({ method, antiForgery }: Route) => method !== "GET" || changing.includes(antiForgery);
  const isOurs = (name: string) => routes.some(({ method, path }) => `${method} ${path}` === name);

  test("every route that may change something is in the table, and every one that records", () => {
    const declared = routes.filter(mayChange).map(({ method, path }) => `${method} ${path}`);
    const recording = [...watch.kinds].flatMap(([route, kinds]) => (kinds.size > 0 ? [route] : []));
    const table = Object.keys(expected);
    expect(declared.filter((route) => !table.includes(route))).toEqual([]);
    expect(recording.filter((route) => !table.includes(route))).toEqual([]);
    expect(table.filter((route) => isOurs(route) && !declared.includes(route)).toSorted()).toEqual([
      "GET /api/v1/me",
    ]);
  });

  test.each(Object.entries(expected))("%s records %j", (route, kinds) => {
    expect([...watch.called]).toContain(route);
    const recorded = [...(watch.kinds.get(route) ?? [])].toSorted();
    if (typeof kinds === "string") expect(recorded).toEqual([]);
    else expect(recorded).toEqual(expect.arrayContaining([...kinds]));
  });

  test("every kind is recorded by a route, a command or upkeep", async () => {
    const { rows } = await poolOf(opened.hub.database).query(
      // Fixtures record the kind `test`.
      "SELECT DISTINCT kind FROM audit_events WHERE kind <> 'test'",
    );
    expect(rows.map(({ kind }) => kind).toSorted()).toEqual([...auditKinds].toSorted());
    const byRoutes = new Set(
      Object.values(expected).flatMap((kinds) => (typeof kinds === "string" ? [] : kinds)),
    );
    expect(auditKinds.filter((kind) => !byRoutes.has(kind)).toSorted()).toEqual([...elsewhere].toSorted());
  });

  test("no secret that a route took or gave is in the trail", async () => {
    const { rows } = await poolOf(opened.hub.database).query(
      "SELECT to_jsonb(e)::text AS text FROM audit_events e",
    );
    const written = rows.map(({ text }) => text).join("\n");
    const secrets = [...watch.secrets, ...operatorSecrets, chosen];
    expect(secrets.length).toBeGreaterThan(300);
    expect(secrets.filter((secret) => written.includes(secret))).toEqual([]);
    expect(written).not.toContain("$argon2");
  });
});

/** Sets one-time codes up on a page that shows their key. */
async function setUp(browser: TestBrowser, address: string): Promise<BrowserAnswer> {
  const page = await browser.get(address);
  const { secret } = page.screen("set-up-codes");
  return sendForm(browser, page, "set-up-codes", {
    code: codeOf(opened, secret.replaceAll(" ", "")),
  });
}

async function ticketFor(browser: TestBrowser): Promise<string> {
  const { location } = await browser.get(`/cas/login${at(opened.shop.service)}`);
  return new URL(location).searchParams.get("ticket") ?? "";
}

const samlRequest = (
  ticket: string,
) => `<SOAP-ENV:Envelope xmlns:SOAP-ENV="http://schemas.xmlsoap.org/soap/envelope/">
  <SOAP-ENV:Body><samlp:Request xmlns:samlp="urn:oasis:names:tc:SAML:1.0:protocol" MajorVersion="1" MinorVersion="1"
    RequestID="_1" IssueInstant="2026-12-01T00:00:00Z"><samlp:AssertionArtifact>${ticket}</samlp:AssertionArtifact>
  </samlp:Request></SOAP-ENV:Body></SOAP-ENV:Envelope>`;

async function upload(browser: TestBrowser): Promise<BrowserAnswer> {
  const png =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
  const form = new FormData();
  form.set("token", (await browser.get("/account")).screen("account").token);
  form.set(
    "picture",
    new Blob([Uint8Array.from(Buffer.from(png, "base64"))], { type: "image/png" }),
    "me.png",
  );
  const sent = new Response(form);
  const headers = {
    "content-type": sent.headers.get("content-type") ?? "",
    origin: opened.origin,
    "sec-fetch-site": "same-origin",
  };
  return browser.send("POST", "/account/picture", headers, new Uint8Array(await sent.arrayBuffer()));
}
