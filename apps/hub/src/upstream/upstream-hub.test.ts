/** Another Gatehouse as the provider, from the button of the one to the session of the other. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserAnswer, openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { openListener } from "../test-support/open-listener.ts";

const secret = "the secret of one Gatehouse at the other one";
let upstream: TestHub;
let hub: TestHub;
let there: TestPerson;
let here: TestPerson;
beforeAll(async () => {
  const { listener, origin } = await openListener();
  upstream = await openTestHub({
    listener,
    environment: { HUB_URL: origin, GATEHOUSE_SITE_SECRET: secret },
    sites: () => ({
      gatehouse: {
        id: "gatehouse",
        name: "Branch",
        url: "http://hub.localhost:3000/",
        firstParty: true,
        secret: { environment: "GATEHOUSE_SITE_SECRET" },
        oidc: {
          redirectUris: ["http://hub.localhost:3000/upstream/callback/head"],
          scopes: ["openid", "profile", "email"],
        },
      },
    }),
  });
  hub = await openTestHub({
    environment: {
      UPSTREAMS: "head",
      UPSTREAM_HEAD_NAME: "Head Office",
      UPSTREAM_HEAD_ISSUER: `${origin}/oidc`,
      UPSTREAM_HEAD_CLIENT_ID: "gatehouse",
      UPSTREAM_HEAD_CLIENT_SECRET: secret,
    },
  });
  [there, here] = await Promise.all([upstream.createPerson(), hub.createPerson()]);
});
afterAll(async () => {
  await hub.close();
  await upstream.close();
});

/** From the button to the answer of the callback. */
async function signIn(browser: TestBrowser, atUpstream: TestBrowser, query = "") {
  const form = await browser.get(`/cas/login${query}`);
  const [button] = form.screen("login").providers;
  return signInThere(
    browser,
    atUpstream,
    await browser.post(button?.action ?? "", browser.hiddenFields(form)),
  );
}

/** From the redirect to the provider to the answer of the callback. */
async function signInThere(browser: TestBrowser, atUpstream: TestBrowser, redirect: BrowserAnswer) {
  let next = redirect;
  for (
    let turns = 0;
    next.location.startsWith(upstream.origin) || next.location.startsWith("/");
    turns += 1
  ) {
    if (turns === 10) throw new Error(`no way out of ${next.location}`);
    const { pathname, search } = new URL(next.location, upstream.origin);
    next =
      pathname === "/cas/login"
        ? await atUpstream.signIn(there, search)
        : await atUpstream.get(pathname + search);
  }
  if (next.location === "") throw new Error(`${next.status} ${next.body}`);
  return browser.get(next.location.slice(hub.origin.length), { "sec-fetch-site": "cross-site" });
}

test("a user of the one Gatehouse connects and then signs in at the other", async () => {
  const browser = new TestBrowser(hub);
  const atUpstream = new TestBrowser(upstream);
  const unknown = await browser.follow(await signIn(browser, atUpstream));
  const toForm = await browser.get(unknown.screen("upstream-unknown").connect);
  const back = await browser.signIn(here, toForm.location.slice("/cas/login".length));
  const shown = await signInThere(browser, atUpstream, await browser.follow(back));
  const { token } = (await browser.follow(shown)).screen("upstream-connect");
  await browser.post("/account/security/connect", { token });

  const later = new TestBrowser(hub);
  expect((await signIn(later, atUpstream)).location).toBe("/account");
  const found = await hub.hub.database.sessions.find(later.cookies.get("TGC-gatehouse") ?? "", {
    touch: false,
  });
  expect(found).toMatchObject({ state: "alive", session: { person: { id: here.id }, amr: ["fed"] } });
});

test("renew here has the user sign in there once more", async () => {
  const renewed = await signIn(
    new TestBrowser(hub),
    new TestBrowser(upstream),
    `?${new URLSearchParams({ service: hub.shop.service, renew: "true" })}`,
  );
  expect(new URL(renewed.location).searchParams.get("ticket")).toMatch(/^ST-/);
});
