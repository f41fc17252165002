/** A browser that sent a form of the hub leaves by a page; everything else is redirected. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { RelyingSite, received, signInAndConsent } from "../test-support/relying-site.ts";
import { leavingPage } from "./leaving-page.ts";

/** Headers that Chromium sends with a navigation. */
const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };
const app = "com.example.app";

let opened: TestHub;
let alice: TestPerson;
beforeAll(async () => {
  opened = await openTestHub({
    sites: () => ({
      app: {
        id: "app",
        name: "An App",
        url: "https://app.example/",
        firstParty: false,
        oidc: {
          applicationType: "native",
          clientAuthentication: "none",
          redirectUris: [`${app}:/cb`, "http://[::1]/cb"],
          postLogoutRedirectUris: [`${app}:/signed-out`],
        },
      },
      popup: {
        id: "popup",
        name: "A Popup",
        url: "https://popup.example/",
        firstParty: false,
        cas: { services: ["https://popup.example/in"], popup: true },
        oidc: { redirectUris: ["https://popup.example/cb"], clientAuthentication: "none", popup: true },
      },
    }),
  });
  alice = await opened.createPerson();
});
afterAll(() => opened.close());

const at = (service: string) => `?${new URLSearchParams({ service })}`;
const site = () => new RelyingSite(opened, { id: "app", redirectUri: `${app}:/cb`, scope: "openid email" });

/** The address that the page leads to, after checking that the page is safe. */
function leftBy(answer: BrowserAnswer): string {
  expect([answer.status, answer.location]).toEqual([200, ""]);
  expect(answer.headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
  expect(answer.headers["content-security-policy"]).toContain("; form-action 'self';");
  return answer.screen("leaving").address;
}

describe("CAS 2.2.4: a ticket reaches the site by GET", () => {
  test("a form of a browser gets a page that holds the address and names the site", async () => {
    const browser = new TestBrowser(opened, navigation);
    const answer = await browser.signIn(alice, at(opened.shop.service));
    expect(leftBy(answer)).toMatch(`${opened.shop.service}?ticket=ST-`);
    expect(answer.screen("leaving").site).toEqual({ name: "The shop", host: "shop.localhost" });
    expect(JSON.stringify(answer.headers)).not.toMatch(/(?<![\w-])ST-/);
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("a browser without Sec-Fetch-Mode that sends Upgrade-Insecure-Requests counts as one too", async () => {
    const browser = new TestBrowser(opened, { "upgrade-insecure-requests": "1" });
    expect(leftBy(await browser.signIn(alice, at(opened.shop.service)))).toContain("ticket=ST-");
  });

  test.each([
    ["a program", {}],
    ["a script of a page", { "sec-fetch-mode": "cors", "upgrade-insecure-requests": "1" }],
  ])("%s is redirected", async (_, headers) => {
    const answer = await new TestBrowser(opened, headers).signIn(alice, at(opened.shop.service));
    expect(answer.status).toBe(303);
    expect(answer.location).toContain("ticket=ST-");
  });

  test("single sign-on, which posts no form, is redirected", async () => {
    const browser = new TestBrowser(opened, navigation);
    await browser.signIn(alice);
    const answer = await browser.get(`/cas/login${at(opened.shop.service)}`);
    expect([answer.status, answer.location.includes("ticket=ST-")]).toEqual([303, true]);
  });

  test('a confirmation of "ask me before" gets the page', async () => {
    const browser = new TestBrowser(opened, navigation);
    const form = await browser.get("/cas/login");
    const { username, password } = alice;
    await browser.post("/cas/login", { ...browser.hiddenFields(form), username, password, warn: "true" });
    const asked = (await browser.get(`/cas/login${at(opened.bank.service)}`)).screen("ask-before");
    const answer = await browser.post(
      asked.action,
      Object.fromEntries(asked.hidden.map(({ name, value }) => [name, value])),
    );
    expect(leftBy(answer)).toMatch(`${opened.bank.service}?ticket=ST-`);
  });

  test("an old form, sent after a sign-in in another tab, gets the page", async () => {
    const browser = new TestBrowser(opened, navigation);
    const old = browser.hiddenFields(await browser.get(`/cas/login${at(opened.shop.service)}`));
    await browser.signIn(alice);
    const { username, password } = alice;
    const answer = await browser.post("/cas/login", { ...old, lt: "LT-consumed", username, password });
    const next = new URL(leftBy(answer), opened.origin);
    const onward = await browser.get(next.pathname + next.search);
    expect(onward.location).toContain(`${opened.shop.service}?ticket=ST-`);
  });

  test("a wrong password redirects to the form, because the browser stays at the hub", async () => {
    const browser = new TestBrowser(opened, navigation);
    const wrong = await browser.signIn({ ...alice, password: "wrong" }, at(opened.shop.service));
    expect([wrong.status, wrong.location]).toEqual([303, expect.stringMatching(/^\/cas\/login\?service=/)]);
  });
});

describe("OpenID Connect", () => {
  /** Presses what there is to press and follows what redirects or leads on, as far as the hub goes. */
  async function go(browser: TestBrowser, from: BrowserAnswer): Promise<{ to: string; pages: number }> {
    let pages = 0;
    let answer = await signInAndConsent(browser, alice, from);
    while (answer.location === "") {
      pages += 1;
      const address = leftBy(answer);
      const { origin, pathname, search } = new URL(address, opened.origin);
      if (origin !== opened.origin) return { to: address, pages };
      answer = await signInAndConsent(browser, alice, await browser.get(pathname + search));
    }
    return { to: answer.location, pages };
  }

  test("Core 3.1.2.5: after sign-in and after consent the browser goes to a program's own scheme by GET", async () => {
    const browser = new TestBrowser(opened, navigation);
    const { to, pages } = await go(browser, await browser.get(site().authorization()));
    expect(to).toMatch(/^com\.example\.app:\/cb\?code=/);
    expect(pages).toBe(2);
  });

  test("Core 3.1.2.6: a refusal goes there the same way", async () => {
    const browser = new TestBrowser(opened, navigation);
    await browser.signIn(alice);
    const other = site().authorization({ prompt: "consent", redirect_uri: "http://[::1]:4000/cb" });
    const page = await browser.follow(await browser.get(other));
    const { action, hidden, site: asking } = page.screen("consent");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const answer = await browser.post(action, { ...fields, answer: "decline" });
    expect(answer.screen("leaving").site).toEqual(asking);
    const { pathname } = new URL(leftBy(answer));
    expect(received(await browser.get(pathname)).get("error")).toBe("access_denied");
  });

  test("RP-Initiated Logout 3: after the question the browser goes to a program's own scheme by GET", async () => {
    const browser = new TestBrowser(opened, navigation);
    await browser.signIn(alice);
    const query = { client_id: "app", post_logout_redirect_uri: `${app}:/signed-out`, state: "s" };
    const page = await browser.get(`/oidc/session/end?${new URLSearchParams(query)}`);
    const { action, hidden } = page.screen("sign-out");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const answer = await browser.post(action, { ...fields, logout: "yes" });
    expect(leftBy(answer)).toBe(`${app}:/signed-out?state=s`);
    expect(answer.screen("leaving").site).toMatchObject({ name: "An App" });
    expect((await browser.get("/account")).status).toBe(303);
  });

  test("RP-Initiated Logout 3: a program that answers the question is redirected", async () => {
    const browser = new TestBrowser(opened);
    await browser.signIn(alice);
    const query = { client_id: "app", post_logout_redirect_uri: `${app}:/signed-out` };
    const page = await browser.get(`/oidc/session/end?${new URLSearchParams(query)}`);
    const { action, hidden } = page.screen("sign-out");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    const answer = await browser.post(action, { ...fields, logout: "yes" });
    expect([answer.status, answer.location]).toEqual([303, `${app}:/signed-out`]);
  });
});

describe("a registered popup keeps its opener on every page of the sign-in, and on no other", () => {
  const policyOf = (answer: BrowserAnswer) => answer.headers["cross-origin-opener-policy"];
  const popup = () =>
    new RelyingSite(opened, { id: "popup", redirectUri: "https://popup.example/cb", scope: "openid email" });

  test("OpenID Connect: form, form with an error, leaving page, consent page, leaving page", async () => {
    const browser = new TestBrowser(opened, navigation);
    const interaction = await browser.follow(await browser.get(popup().authorization()));
    const policies: unknown[] = [];
    const see = (answer: BrowserAnswer): BrowserAnswer => {
      policies.push(policyOf(answer));
      return answer;
    };
    const form = see(await browser.follow(interaction));
    const { username, password } = alice;
    const typed = { username, password: "wrong" };
    const again = await browser.post("/cas/login", { ...browser.hiddenFields(form), ...typed });
    const second = see(await browser.follow(again));
    const left = see(
      await browser.post("/cas/login", { ...browser.hiddenFields(second), username, password }),
    );
    const resumed = await browser.follow(await browser.get(leftBy(left)));
    const { action, hidden } = see(await browser.follow(resumed)).screen("consent");
    const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
    see(await browser.post(action, { ...fields, answer: "allow" }));
    expect(policies).toEqual(policies.map(() => "unsafe-none"));
    expect(policies).toHaveLength(5);
  });

  test('CAS: form, leaving page, "ask me before", ticket by POST', async () => {
    const service = "https://popup.example/in";
    const browser = new TestBrowser(opened, navigation);
    const form = await browser.get(`/cas/login${at(service)}`);
    const { username, password } = alice;
    const typed = { username, password, warn: "true" };
    const left = await browser.post("/cas/login", { ...browser.hiddenFields(form), ...typed });
    const asked = await browser.get(`/cas/login${at(service)}`);
    const posted = await browser.get(`/cas/login${at(service)}&renew=true`);
    expect([form, left, asked, posted].map(policyOf)).toEqual(Array(4).fill("unsafe-none"));
    expect([left.screen("leaving").address, asked.screen("ask-before").site.host]).toEqual([
      expect.stringContaining(service),
      "popup.example",
    ]);
    const byPost = await browser.post("/cas/login", {
      ...browser.hiddenFields(posted),
      method: "POST",
      username,
      password,
    });
    expect([byPost.screen("ticket-form").action, policyOf(byPost)]).toEqual([service, "unsafe-none"]);
  });

  test.each([
    "/cas/login",
    "/cas/login?site=popup",
    "/cas/login?site=popup&return=/account",
    "/cas/login?site=app&return=/oidc/interaction/abcdefgh",
    "/cas/logout",
    "/",
  ])("not %s", async (path) => {
    expect(policyOf(await new TestBrowser(opened).get(path))).toBe("same-origin");
  });
});

describe("redirects that become a page", () => {
  const hub = { hubUrl: "https://hub.example", hasSession: false };
  const decide = (location: string, more: object = {}, hasSession = false) =>
    leavingPage({ method: "POST", headers: navigation, location, ...more }, { ...hub, hasSession }) !==
    undefined;

  test.each([
    "https://shop.example/cb?ticket=ST-1",
    "http://hub.example/cb",
    "https://hub.example:8443/cb",
    "//shop.example/cb",
    "com.example.app:/cb?code=1",
    "http://[::1]:4000/cb",
    "/oidc/auth/abc",
    "https://hub.example/oidc/auth/abc",
    "/oidc/interaction/abc",
  ])("%s", (location) => {
    expect(decide(location)).toBe(true);
  });

  test.each(["/account?notice=ended", "/oidc/device", "/oidc/session/end/success", "/cas/login", "/"])(
    "not %s, because the hub shows a page there",
    (location) => {
      expect(decide(location)).toBe(false);
    },
  );

  test("the sign-in page becomes one in a session only, where it redirects further", () => {
    expect(decide("/cas/login?service=x", {}, true)).toBe(true);
    expect(decide("/cas/login?service=x")).toBe(false);
  });

  test("not the answer to a GET, or to a form of another site", () => {
    const foreign = "https://shop.example/cb";
    expect(decide(foreign, { method: "GET" })).toBe(false);
    for (const from of ["cross-site", "same-site"])
      expect(decide(foreign, { headers: { ...navigation, "sec-fetch-site": from } })).toBe(false);
    for (const from of ["same-origin", "none"])
      expect(decide(foreign, { headers: { ...navigation, "sec-fetch-site": from } })).toBe(true);
  });
});
