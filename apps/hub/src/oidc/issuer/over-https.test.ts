/** Sign-in by OpenID Connect where the hub's address is https: the cookies have to be ones that a browser keeps. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { TestBrowser } from "../../test-hub.ts";
import {
  alice,
  begin,
  budget,
  closeIssuerFixture,
  exchange,
  opened,
  openIssuerFixture,
  shopCallback,
  site,
} from "../../test-support/issuer-fixture.ts";

beforeAll(() =>
  openIssuerFixture({ HUB_MODE: "production", HUB_URL: "https://login.example.com", LOGIN_THROTTLE: "on" }),
);
afterAll(closeIssuerFixture);

async function askedToSignIn(path: string) {
  const browser = new TestBrowser(opened);
  const interaction = await browser.follow(await browser.get(path));
  const form = await browser.follow(interaction);
  const { username, password } = alice;
  const send = () => browser.post("/cas/login", { ...browser.hiddenFields(form), username, password });
  return { browser, send };
}

test("OpenID Connect Core 3.1.2.3 without a session the form leads to a code", async () => {
  const { path, checks } = await begin(site, shopCallback());
  const { browser, send } = await askedToSignIn(path);
  const done = await browser.follow(await browser.follow(await send()));
  const tokens = await exchange(site, done.location, checks);
  expect(tokens.claims()?.sub).toBe(alice.id);
});

test("OpenID Connect Core 3.1.2.4 the form, then the consent page, then a code", async () => {
  const { path, checks } = await begin(budget, "https://budget.example/callback");
  const { browser, send } = await askedToSignIn(path);
  let page = await send();
  while (browser.leadsOn(page)) page = await browser.follow(page);
  const { action, hidden } = page.screen("consent");
  const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
  const answered = await browser.post(action, { ...fields, answer: "allow", "allow:email": "true" });
  const done = await browser.follow(answered);
  await expect(exchange(budget, done.location, checks)).resolves.toMatchObject({ token_type: "bearer" });
});

test("two concurrent requests in two tabs do not replace each other", async () => {
  const [first, second] = [await begin(site, shopCallback()), await begin(site, shopCallback())];
  const { browser, send } = await askedToSignIn(first.path);
  await browser.follow(await browser.get(second.path));
  const done = await browser.follow(await browser.follow(await send()));
  const tokens = await exchange(site, done.location, first.checks);
  expect(tokens.claims()?.sub).toBe(alice.id);
});
