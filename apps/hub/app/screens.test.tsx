import { describe, expect, test } from "vitest";
import type {
  ActivityScreen,
  AddPasskeyScreen,
  AppsScreen,
  AskBeforeScreen,
  ChooseAccountScreen,
  ConsentScreen,
  DeviceCodeScreen,
  DeviceDoneScreen,
  LeavingScreen,
  LoggedOutScreen,
  LoginScreen,
  NewAccountPasskeyScreen,
  NewAccountScreen,
  ProfileScreen,
  Screens,
  SecurityScreen,
  SessionsScreen,
  TicketFormScreen,
  UpstreamConnectScreen,
  UpstreamSignUp,
  UpstreamUnknownScreen,
} from "../src/screen/screen.ts";

import { renderScreen } from "./render-screen.tsx";

const shop = { name: "Corner Shop", host: "shop.localhost", url: "http://shop.localhost:3001/" };
const at = new Date("2026-11-21T12:00:00Z");
const login: LoginScreen = {
  action: "/cas/login",
  passkey: { ceremony: "get", action: "/cas/login/passkey", hidden: [], options: { rpId: "hub.example" } },
  hidden: [{ name: "lt", value: "LT-1" }],
  providers: [],
  site: shop,
  signedIn: null,
  reason: null,
  idleMinutes: 30,
  error: null,
  username: "alice",
  rememberMe: false,
  askBefore: false,
  rememberDays: 14,
  otherWays: { forgotPassword: "/forgot-password", signUp: { mode: "open", href: "/sign-up" } },
};
const providers = [{ name: "Example Work", action: "/upstream/work" }];
const upstreamUnknown: UpstreamUnknownScreen = {
  provider: "Example Work",
  label: "zoe@example.com",
  signUp: { mode: "known-address" },
  connect: "/account/security/connect",
  back: "/cas/login",
};
const signUp: UpstreamSignUp = {
  mode: "form",
  email: "zoe@example.com",
  action: "/upstream/account/sign-up",
  hidden: [{ name: "token", value: "token-3" }],
};
const newAccount: NewAccountScreen = {
  kind: "sign-up",
  action: "/sign-up/account",
  hidden: [{ name: "link", value: "l" }],
  site: null,
  email: "zoe@example.com",
  name: "Zoe",
  username: "zoe",
  identity: { provider: "Example Work", label: "zoe@example.com", canChange: false },
  providers: [],
  least: 15,
  about: ["zoe"],
  errors: [],
  signedIn: null,
};
const upstreamConnect: UpstreamConnectScreen = {
  provider: "Example Work",
  label: "zoe@example.com",
  person: { name: "Alice Archer", username: "alice" },
  action: "/account/security/connect",
  token: "token-1",
  back: "/account/security",
};
const chooseAccount: ChooseAccountScreen = {
  action: "/cas/login/choose",
  hidden: [{ name: "token", value: "token-1" }],
  site: shop,
  person: { name: "Alice Archer", username: "alice" },
  because: "typed",
  other: "bob",
  decline: null,
};
const askBefore: AskBeforeScreen = {
  action: "/cas/login/confirm",
  hidden: [{ name: "token", value: "token-1" }],
  site: shop,
  person: { name: "Alice", username: "alice" },
  needed: false,
  declineTo: "/account",
};
const ticketForm: TicketFormScreen = {
  action: "http://shop.localhost:3001/cas",
  fields: [{ name: "ticket", value: "ST-1" }],
  site: shop,
};
const leaving: LeavingScreen = {
  address: "http://[::1]:4000/cb?ticket=ST-1&x=%22%3E",
  site: shop,
  opensProgram: false,
};
const loggedOut: LoggedOutScreen = {
  sites: [shop],
  stays: [],
  wasSignedIn: true,
  isEverywhere: false,
  frontChannel: [],
  continueTo: null,
};
const consent: ConsentScreen = {
  action: "/oidc/device/decide",
  hidden: [{ name: "token", value: "token-1" }],
  site: { name: "Budget", host: "budget.example" },
  person: { name: "Alice", username: "alice" },
  about: { firstParty: false, native: false, policy: null, terms: null },
  asks: [{ value: "email", words: "see your email address", sensitive: false }],
  gets: [],
  before: null,
  never: ["move money"],
  offline: false,
  durations: [],
  device: { code: "BCDF-GHJK" },
};
const deviceDone: DeviceDoneScreen = {
  site: consent.site,
  outcome: "allowed",
  allows: ["see your email address", "see your transactions at Harbour Bank"],
  offline: true,
  days: 30,
};
const deviceCode: DeviceCodeScreen = {
  action: "/oidc/device",
  hidden: [{ name: "token", value: "token-1" }],
  code: "BCDF-GHJK",
  error: null,
};
const told = ["https://bank.example/logout?a=1&b=2", "https://museum.example/logout"];
const session = {
  browser: "Firefox on Windows",
  address: "203.0.113.24",
  startedAt: at,
  lastActivityAt: at,
  keptUntil: null,
  sites: [],
};
const plain = { emailVerified: true, picture: null, deletionDueAt: null };
const page = {
  person: { name: "Alice", username: "alice", email: "alice@example.com", ...plain },
  token: "token-1",
  notice: null,
};
const profile: ProfileScreen = { ...page, sites: [shop] };
const security: SecurityScreen = {
  ...page,
  password: { changedAt: at },
  factors: { codesSince: at, passkeys: 0, recoveryCodes: 9 },
  newCodesForm: "form-1",
  passkeys: [
    { id: "p1", name: "Blue key", createdAt: at, lastUsedAt: null, synced: false },
    { id: "p2", name: "iCloud <Keychain>", createdAt: at, lastUsedAt: at, synced: true },
  ],
  providers: {
    connected: [{ provider: "work", id: "7", name: "Example Work", label: "al", since: at, works: false }],
    open: [{ id: "github", name: "GitHub" }],
  },
};
const addPasskey: AddPasskeyScreen = {
  personName: "Alice",
  passkey: { ceremony: "create", action: "/account/security/passkeys/new", hidden: [], options: {} },
  site: null,
  cancelTo: "/account/security",
  error: null,
};
const newAccountPasskey: NewAccountPasskeyScreen = {
  email: "dora@example.com",
  username: "dora",
  passkey: { ceremony: "create", action: "/sign-up/account", hidden: [], options: {} },
  back: { action: "/sign-up/account", hidden: [] },
  error: null,
};
const activity: ActivityScreen = {
  ...page,
  events: [
    {
      ...{ id: 9, at, kind: "sign-in", outcome: "done", by: "user", site: null, amr: ["pwd"] },
      ...{
        from: { browser: "Firefox on Windows", address: "192.0.2.7" },
        reason: "",
        name: "",
        isSecondStep: false,
      },
    },
  ],
  isNewest: false,
  olderThan: 9,
};
const sessions: SessionsScreen = {
  ...page,
  notice: { at: "others", text: "Safari on macOS is signed out." },
  here: { ...session, id: "s1", sites: [{ ...shop, since: at, lastActivityAt: at }] },
  asksBefore: false,
  others: [
    { browser: "Chrome on Android", sessions: [{ ...session, id: "s2" }] },
    {
      browser: "Firefox on Windows",
      sessions: [
        { ...session, id: "s3" },
        { ...session, id: "s4" },
      ],
    },
  ],
};
const apps: AppsScreen = { ...page, appPasswords: [], connectedApps: [] };

function drawn<Name extends keyof Screens>(name: Name, model: Screens[Name]): string {
  return renderScreen({ name, model }).body;
}
function titleOf<Name extends keyof Screens>(name: Name, model: Screens[Name]): string {
  return renderScreen({ name, model }).title;
}
const drawnLoggedOut = (over: Partial<LoggedOutScreen> = {}) =>
  drawn("logged-out", { ...loggedOut, ...over });
const drawnLogin = (over: Partial<LoginScreen> = {}) => drawn("login", { ...login, ...over });

const drawnChoice = (over: Partial<ChooseAccountScreen> = {}) =>
  drawn("choose-account", { ...chooseAccount, ...over });
const decline = { action: "/oidc/interaction/x", hidden: [{ name: "token", value: "token-2" }], site: shop };

describe("every screen", () => {
  test.each([
    ["login", drawnLogin({ reason: "idle" })],
    ["login with an error", drawnLogin({ error: { code: "credentials_wrong", reference: "3fa9c04d71be" } })],
    ["login with providers", drawnLogin({ providers })],
    ["upstream-unknown", drawn("upstream-unknown", upstreamUnknown)],
    ["upstream-unknown, sign-up", drawn("upstream-unknown", { ...upstreamUnknown, signUp })],
    ["upstream-connect", drawn("upstream-connect", upstreamConnect)],
    ["new-account with a provider", drawn("new-account", newAccount)],
    ["choose-account", drawnChoice()],
    ["choose-account, another alone", drawnChoice({ because: "other-asked-for", decline })],
    ["ask-before", drawn("ask-before", askBefore)],
    ["ticket-form", drawn("ticket-form", ticketForm)],
    ["leaving", drawn("leaving", leaving)],
    ["leaving for a place that is not known yet", drawn("leaving", { ...leaving, site: null })],
    ["logged-out", drawnLoggedOut()],
    ["logged-out, telling sites", drawnLoggedOut({ frontChannel: told, continueTo: shop })],
    ["refused", drawn("refused", { title: "No", sentences: ["So."], code: "c", reference: "r" })],
    ["consent", drawn("consent", { ...consent, device: null })],
    ["consent for a device", drawn("consent", consent)],
    ["device-code", drawn("device-code", deviceCode)],
    ["device-done", drawn("device-done", deviceDone)],
    ["home", drawn("home", { signUp: "/sign-up", sites: [shop] })],
    ["account", drawn("account", profile)],
    ["account-security", drawn("account-security", security)],
    ["add-passkey", drawn("add-passkey", addPasskey)],
    [
      "add-passkey for a site, with an error",
      drawn("add-passkey", { ...addPasskey, site: { name: "Bank", host: "b.example" }, error: "Try again." }),
    ],
    ["new-account-passkey", drawn("new-account-passkey", newAccountPasskey)],
    ["account-sessions", drawn("account-sessions", sessions)],
    ["account-activity", drawn("account-activity", activity)],
    ["account-apps", drawn("account-apps", apps)],
  ])("%s has one heading, a skip link, and nothing that the policy forbids", (_, html) => {
    expect(html.match(/<h1\b/g)).toHaveLength(1);
    expect(html).toContain('href="#main"');
    expect(html).not.toMatch(/\sstyle=|<style|<script|\son[a-z]+=|placeholder=/);
  });
});

describe("the pages of a device", () => {
  test.each(["code_missing", "code_wrong", "too_many_attempts"] as const)(
    "after %s the summary links to the input, the entered code is kept, and the title begins with Error",
    (code) => {
      const model: DeviceCodeScreen = { ...deviceCode, error: { code } };
      const html = drawn("device-code", model);
      const target = html.match(/<div[^>]*role="alert".*?href="#([^"]+)"/)?.[1];
      expect(html.match(new RegExp(`<input id="${target}"[^>]*>`))?.[0]).toContain('value="BCDF-GHJK"');
      expect(titleOf("device-code", model)).toBe("Error: Enter the code · Gatehouse");
    },
  );

  test("RFC 8628 5.4 the page warns that the device may be somebody else's, and only before the decision", () => {
    const html = drawn("consent", consent);
    expect(html).toMatch(/<strong[^>]*>BCDF-GHJK<\/strong>.*somebody else/);
    expect(html).toContain("If somebody sent you the code or read it to you, do not allow it.");
    expect(drawn("consent", { ...consent, device: null })).not.toContain("somebody else");
  });

  test.each<[DeviceDoneScreen["outcome"], string, string]>([
    [
      "allowed",
      "Allowed on your device",
      "Budget may see your email address and see your transactions at Harbour Bank. This holds for 30 days",
    ],
    ["signed-in", "Your device is signed in", "It may see and do nothing else."],
    ["without-access", "Signed in without access", "It may see and do nothing else."],
    ["declined", "Not allowed", "Budget got nothing, and learned nothing about you."],
  ])("%s is the heading, and the page explains it", (outcome, heading, words) => {
    const html = drawn("device-done", { ...deviceDone, outcome });
    expect(html).toContain(`>${heading}</h1>`);
    expect(html).toContain(words);
    expect(titleOf("device-done", { ...deviceDone, outcome })).toBe(`${heading} · Gatehouse`);
  });
});

describe("the sign-in page", () => {
  test("the first text input, password input and submit button are the ones of the public contract", () => {
    const html = drawnLogin();
    const inputs = html.match(/<input\b[^>]*>/g) ?? [];
    expect(inputs.find((input) => input.includes('type="text"'))).toContain('name="username"');
    expect(inputs.find((input) => input.includes('type="password"'))).toContain('name="password"');
    expect(html.match(/<button type="submit"[^>]*>([^<]*)/)?.[1]).toBe("Sign in");
    expect(inputs[0]).toBe('<input type="hidden" name="lt" value="LT-1"/>');
  });

  test("a button per provider sends the form elsewhere, after the button that signs in", () => {
    const buttons = [...drawnLogin({ providers }).matchAll(/<button type="submit"[^>]*>([^<]*)/g)];
    expect(buttons.map(([, label]) => label).slice(0, 2)).toEqual(["Sign in", "Continue with Example Work"]);
    expect(buttons[0]?.[0]).not.toMatch(/formaction/i);
    expect(buttons[1]?.[0]).toMatch(/formaction="\/upstream\/work"/i);
  });

  test("names the site that sent the user", () => {
    expect(drawnLogin()).toContain("<strong>Corner Shop</strong> · shop.localhost");
  });

  test.each([
    "username_missing",
    "password_missing",
    "credentials_wrong",
    "too_many_attempts",
    "form_expired",
    "cookies_missing",
  ] as const)("after %s the summary links to an existing input, and the title begins with Error", (code) => {
    const model: LoginScreen = { ...login, error: { code, reference: "3fa9c04d71be" } };
    const html = drawnLogin(model);
    const target = html.match(/<div[^>]*role="alert".*?href="#([^"]+)"/)?.[1];
    expect(html).toContain(`<input id="${target}"`);
    expect(titleOf("login", model)).toBe("Error: Sign in · Gatehouse");
  });

  test("every aria-describedby refers to an existing element", () => {
    const html = drawnLogin({ error: { code: "password_missing", reference: "r" } });
    const ids = html.match(/aria-describedby="([^"]+)"/)?.[1]?.split(" ") ?? [];
    expect(ids).toEqual(["password-error"]);
    for (const id of ids) expect(html).toContain(`id="${id}"`);
  });
});

describe("focus on the sign-in page, and its links", () => {
  const focused = (html: string) =>
    html.match(/<input[^>]*autofocus[^>]*name="(\w+)"|<input[^>]*name="(\w+)"[^>]*autofocus/i);

  test.each([
    ["the username", { username: "" }, "username"],
    ["the password, where the name is filled in", { username: "alice" }, "password"],
  ])("the focus is in %s", (_, over, name) => {
    const found = focused(drawnLogin(over));
    expect(found?.[1] ?? found?.[2]).toBe(name);
  });

  test.each<[string, Partial<LoginScreen>]>([
    ["a reason", { reason: "idle" }],
    ["an error", { error: { code: "credentials_wrong", reference: "r" } }],
    [
      "somebody who is signed in",
      { signedIn: { name: "Alice", username: "alice", continueTo: "/cas/login" } },
    ],
  ])("no field has the focus if %s is read first", (_, over) => {
    expect(focused(drawnLogin(over))).toBeNull();
  });

  test("a link leads back to the site, with or without an error, and is absent without a site", () => {
    const back = '<a href="http://shop.localhost:3001/">Back to Corner Shop</a>';
    expect(drawnLogin()).toContain(back);
    expect(drawnLogin({ error: { code: "form_expired", reference: "r" } })).toContain(back);
    expect(drawnLogin({ site: null })).not.toContain("Back to");
  });

  test("a signed-in user may continue without the form", () => {
    const signedIn = { name: "Alice Archer", username: "alice", continueTo: "/cas/login?service=x" };
    expect(drawnLogin({ signedIn })).toContain(
      '<a href="/cas/login?service=x">Continue as <bdi>Alice Archer</bdi></a>',
    );
  });
});

describe("the choice of account", () => {
  test("names the signed-in and the entered user, and submits either answer", () => {
    const html = drawnChoice();
    expect(html).toContain("<bdi>Alice Archer</bdi>");
    expect(html).toMatch(/value="stay"[^>]*><span>Continue as <bdi>Alice Archer<\/bdi>/);
    expect(html).toMatch(/value="switch"[^>]*><span>Sign out and sign in as <bdi>bob<\/bdi>/);
  });

  test("without an entered name it says somebody else", () => {
    expect(drawnChoice({ other: "" })).toMatch(
      /value="switch"[^>]*><span>Sign out and sign in as somebody else/,
    );
  });

  test("if the site accepts only another account, the signed-in user can only go back", () => {
    const html = drawnChoice({ because: "other-asked-for", other: "", decline });
    expect(html).not.toContain('value="stay"');
    expect(html).toMatch(/action="\/oidc\/interaction\/x".*value="leave"[^>]*>Back to Corner Shop/);
  });
});

test("a refusal shows its own link before the link to the home page", () => {
  const refused = { title: "No", sentences: ["So."], code: "c", reference: "r" };
  const link = { label: "Continue to Budget", href: "/oidc/auth?client_id=budget" };
  const html = drawn("refused", { ...refused, link });
  expect([...html.matchAll(/<a class="ui-button"[^>]*href="([^"]+)"/g)].map(([, href]) => href)).toEqual([
    link.href,
    "/",
  ]);
  expect(drawn("refused", refused)).not.toContain("Continue to");
});

describe("the options of the sign-in page", () => {
  const box = (html: string, name: string) => html.match(new RegExp(`<input[^>]*name="${name}"[^>]*>`))?.[0];

  test("one box: it is submitted as true, unticked at first, and ticked again after an error", () => {
    const html = drawnLogin();
    expect(html.match(/type="checkbox"/g)).toHaveLength(1);
    const first = box(html, "rememberMe");
    expect(first).toContain('type="checkbox"');
    expect(first).toContain('value="true"');
    expect(first).not.toContain("checked=");
    const error = { code: "credentials_wrong", reference: "r" } as const;
    expect(box(drawnLogin({ error, rememberMe: true }), "rememberMe")).toContain("checked=");
  });

  test("a browser that asks before each further site goes on asking after the next sign-in", () => {
    expect(box(drawnLogin(), "warn")).toBeUndefined();
    expect(drawnLogin({ askBefore: true }).match(/<input[^>]*type="hidden"[^>]*name="warn"[^>]*>/g)).toEqual([
      expect.stringContaining('value="true"'),
      expect.stringContaining('value="true"'),
    ]);
  });

  test("one states its duration between password and button; the other is below, so that the button stays visible", () => {
    const html = drawnLogin({ rememberDays: 30 });
    const hint = box(html, "rememberMe")?.match(/aria-describedby="([^"]+)"/)?.[1];
    expect(html).toContain(`id="${hint}">For 30 days. `);
    const order = ["password", "rememberMe"].map((name) => html.indexOf(`name="${name}"`));
    const inOrder = [...order, html.indexOf('<button type="submit"')];
    expect(inOrder).toEqual(inOrder.toSorted((one, other) => one - other));
  });
});

describe("before another site learns the user's identity", () => {
  test("names the account and the site that will learn it", () => {
    const html = drawn("ask-before", askBefore);
    expect(html).toContain("Sign in to Corner Shop?</h1>");
    expect(html).toContain("<bdi>Alice</bdi></strong> · <bdi>alice</bdi>");
    expect(html).toContain("<strong>Corner Shop</strong> · shop.localhost");
    expect(titleOf("ask-before", askBefore)).toBe("Sign in to Corner Shop? · Gatehouse");
  });

  test("continues by a form with all its fields, and declines by a plain link", () => {
    const html = drawn("ask-before", askBefore);
    const form = html.match(/<form.*<\/form>/)?.[0];
    expect(form).toMatch(/^<form[^>]* action="\/cas\/login\/confirm" method="post">/);
    expect(form).toContain('<input type="hidden" name="token" value="token-1"/>');
    expect(form).toMatch(/<button type="submit"[^>]*>Continue to Corner Shop</);
    expect(html).toMatch(/<a [^>]*href="\/account"[^>]*>Not now</);
    expect(html).not.toContain("data-submits-itself");
  });
});

test("a refused request shows the protocol's terms in a collapsed section, for the site's operators", () => {
  const model = { title: "No", sentences: ["So."], code: "c", reference: "r" };
  expect(drawn("refused", model)).not.toContain("<details");
  const html = drawn("refused", { ...model, forItsPeople: "redirect_uri" });
  expect(html.match(/<details[^>]*>.*<\/details>/)?.[0]).toContain("redirect_uri");
  expect(html).toContain("Reference <code>r\u00a0· c</code>");
});

test("a ticket is posted to the site, by the script or by a visible button", () => {
  const html = drawn("ticket-form", ticketForm);
  const form = html.match(/<form.*<\/form>/)?.[0];
  expect(form).toMatch(
    /^<form data-submits-itself[^>]* action="http:\/\/shop.localhost:3001\/cas" method="post">/,
  );
  expect(form).toContain('<input type="hidden" name="ticket" value="ST-1"/>');
  expect(form).toMatch(/<button type="submit"[^>]*>Continue to Corner Shop</);
  expect(titleOf("ticket-form", ticketForm)).toBe("Going to Corner Shop · Gatehouse");
});

describe("the page that leaves the hub", () => {
  const address = "http://[::1]:4000/cb?ticket=ST-1&amp;x=%22%3E";

  test("has a link for the script and the user, and redirects by itself only without JavaScript", () => {
    const html = drawn("leaving", leaving);
    const links = html.match(/<a class="ui-button"[^>]*>[^<]*<\/a>/g) ?? [];
    expect(links).toHaveLength(1);
    expect(links[0]).toContain("data-at-once");
    expect(links[0]).toContain(`href="${address}">Continue to Corner Shop</a>`);
    const refresh = `<meta http-equiv="refresh" content="0;url=${address}"/>`;
    expect(html.split(refresh)).toHaveLength(2);
    expect(html).toContain(`<noscript>${refresh}</noscript>`);
    expect(html).not.toContain("<form");
  });

  test("says that it can be closed if a program opens", () => {
    const closed = "Once Corner Shop has opened, you can close this page.";
    expect(drawn("leaving", { ...leaving, opensProgram: true })).toContain(closed);
    expect(drawn("leaving", leaving)).not.toContain("close this page");
  });

  test("sends no Referer", () => {
    expect(renderScreen({ name: "leaving", model: leaving })).toMatchObject({
      title: "Going to Corner Shop · Gatehouse",
      referrer: "no-referrer",
    });
  });
});

describe("the signed-out page", () => {
  test("lists the sites that stay signed in, each with its link, and only if there are any", () => {
    const html = drawnLoggedOut({
      stays: [{ name: "Desk", host: "desk.example", url: "https://desk.example/" }],
    });
    expect(html).toMatch(/This site stays signed in.*<a href="https:\/\/desk\.example\/">/);
    expect(html).toContain("It offers no sign-out to Gatehouse.");
    expect(drawnLoggedOut()).not.toContain("stays signed in");
  });

  const actions = (html: string) =>
    [...html.matchAll(/<a class="ui-button"[^>]*data-kind="(\w+)"[^>]*href="([^"]+)"/g)].map(
      ([, kind, href]) => [kind, href],
    );

  test("offers to sign in again, after the link back to the site if there is one", () => {
    expect(actions(drawnLoggedOut())).toEqual([["primary", "/cas/login"]]);
    expect(drawnLoggedOut()).toContain("ended in this browser");
    expect(drawnLoggedOut({ isEverywhere: true })).toContain("ended in every browser");
    expect(actions(drawnLoggedOut({ continueTo: shop }))).toEqual([
      ["primary", shop.url],
      ["plain", "/cas/login"],
    ]);
  });

  test("notifies sites by hidden images, each once", () => {
    const html = drawnLoggedOut({ frontChannel: told });
    const pictures = html.match(/<img\b[^>]*>/g) ?? [];
    expect(pictures.map((picture) => picture.match(/src="([^"]+)"/)?.[1]?.replaceAll("&amp;", "&"))).toEqual(
      told,
    );
    for (const picture of pictures) {
      for (const part of [' alt=""', ' aria-hidden="true"', 'class="visually-hidden"', '"no-referrer"'])
        expect(picture).toContain(part);
      expect(picture).not.toMatch(/loading=|hidden=""/);
    }
    expect(html).not.toContain('rel="preload"');
    expect(html).toContain("<strong>Corner Shop</strong>");
  });
});

describe("the account", () => {
  test("every form of the sessions page carries the anti-forgery token", () => {
    const forms = drawn("account-sessions", sessions).match(/<form.*?<\/form>/g) ?? [];
    expect(forms.map((form) => form.match(/action="([^"]+)"/)?.[1])).toEqual([
      "/account/sessions/ask-before",
      "/account/sessions/end",
      "/account/sessions/end",
      "/account/sessions/end",
      "/account/sessions/end",
      "/account/sessions/end-others",
      "/account/sessions/end-all",
    ]);
    for (const form of forms) expect(form).toContain('name="token" value="token-1"');
    expect(drawn("account-sessions", sessions)).toContain('name="session" value="s3,s4"');
  });

  test.each([
    ["/account", drawn("account", profile)],
    ["/account/security", drawn("account-security", security)],
    ["/account/sessions", drawn("account-sessions", sessions)],
    ["/account/apps", drawn("account-apps", apps)],
    ["/account/activity", drawn("account-activity", activity)],
  ])("the menu of %s marks its own entry only", (href, html) => {
    expect(html.match(/<a [^>]*aria-current="page"[^>]*>/g)).toEqual([
      expect.stringContaining(`href="${href}"`),
    ]);
  });

  test("links to the parts of the former single page lead to the sections", () => {
    const menu = drawn("account", profile).match(/<nav.*?<\/nav>/)?.[0] ?? "";
    const anchorsOf = (href: string) =>
      [...(menu.match(`href="${href}".*?</li>`)?.[0].matchAll(/id="([^"]+)"/g) ?? [])].map(([, id]) => id);
    expect(anchorsOf("/account/sessions")).toEqual(["sessions"]);
    expect(anchorsOf("/account/apps")).toEqual(["connected-apps", "app-passwords"]);
  });

  test("a notice stands in its section; one for no section of the page stands at the top", () => {
    const order = (html: string, ...parts: string[]) => parts.map((part) => html.indexOf(part));
    const placed = order(
      drawn("account-sessions", sessions),
      'id="others"',
      "Safari on macOS is signed out.",
    );
    expect(placed).toEqual(placed.toSorted((one, other) => one - other));
    const html = drawn("account-sessions", { ...sessions, notice: { at: "profile", text: "Changed." } });
    const top = order(html, "</h1>", "Changed.", 'id="here"');
    expect(top).toEqual(top.toSorted((one, other) => one - other));
  });
});

describe("the page for an account at a provider that is not connected", () => {
  const shown = (model: UpstreamSignUp) => drawn("upstream-unknown", { ...upstreamUnknown, signUp: model });

  test("offers a sign-up by a form, or the page that proves the address first", () => {
    expect(shown(signUp)).toMatch(
      /action="\/upstream\/account\/sign-up".*value="token-3".*Create an account/s,
    );
    expect(shown({ mode: "mail", href: "/sign-up?name=z" })).toMatch(
      /href="\/sign-up\?name=z".*Create an account/s,
    );
  });

  test.each([
    ["known-address", /Sign in to it in your present way once/],
    ["invitation", /open the link in the mail, and continue with Example Work there/],
    ["off", /Nobody can create an account here/],
  ] as const)("%s: says the way on, and offers no sign-up", (mode, words) => {
    expect(shown({ mode })).toMatch(words);
    expect(shown({ mode })).not.toContain("Create an account");
  });
});

describe("the page for a new account", () => {
  const offers = [{ name: "Example Work", action: "/upstream/work/new-account", hidden: newAccount.hidden }];

  test("with a provider has no password, and offers one unless the sign-up began at the provider", () => {
    const identity = { provider: "Example Work", label: "", canChange: true };
    const other = "Choose another way to sign in";
    expect(drawn("new-account", newAccount)).not.toContain('type="password"');
    expect(drawn("new-account", newAccount)).not.toContain("Use a passkey instead");
    expect(drawn("new-account", newAccount)).not.toContain(other);
    expect(drawn("new-account", { ...newAccount, identity })).toContain(other);
  });

  test("with a password offers the providers, by forms of their own", () => {
    const html = drawn("new-account", { ...newAccount, identity: null, providers: offers });
    expect(html).toMatch(
      /<form[^>]*action="\/upstream\/work\/new-account".*Use Example Work instead of a password/,
    );
  });
});

test("user text is escaped", () => {
  const html = drawn("account", { ...profile, person: { ...profile.person, name: "<b>x</b>" } });
  expect(html).toContain("<bdi>&lt;b&gt;x&lt;/b&gt;</bdi>");
});

test("the pages for a new account and for a forgotten password measure the new password by the rule", () => {
  const form = { action: "/", hidden: [], least: 15, about: ["ada", "ada@example.com"] };
  const person = { name: "Ada", username: "ada" };
  const pages = [
    drawn("new-account", {
      ...form,
      kind: "sign-up",
      site: null,
      email: "ada@example.com",
      name: "",
      username: "",
      identity: null,
      providers: [],
      errors: [],
      signedIn: null,
    }),
    drawn("reset-password", {
      ...form,
      person,
      error: null,
      disconnectApps: false,
      former: "password" as const,
      signIn: "/cas/login",
    }),
  ];
  for (const body of pages) {
    expect(body).toMatch(
      /data-measures="password" data-least="15" data-known="ada@example.com\nexample\nada\ncom"/,
    );
    expect(body).toContain('<script src="/assets/new-password.js"');
  }
});

test.each([
  ["open", "Create an account"],
  ["invitation", "Get another invitation"],
  ["off", "Create an account"],
] as const)("with SIGN_UP=%s the page for a link is called %s", (mode, heading) => {
  const model = {
    mode,
    action: "/sign-up",
    hidden: [],
    site: null,
    email: "",
    error: null,
    signIn: "/cas/login",
  };
  const { title, body } = renderScreen({ name: "sign-up", model });
  expect(title).toContain(heading);
  expect(body).toContain(`>${heading}</h1>`);
});
