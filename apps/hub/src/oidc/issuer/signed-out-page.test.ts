/** The page that a site's sign-out ends at, when the site has not said where to go on. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { RelyingSite } from "../../test-support/relying-site.ts";

const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;

let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
let sid: string;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop, bank }) => ({
      shop: shop.registration({ cas: { ...(shop.registration().cas as object), logoutChannel: "front" } }),
      bank: bank.registration({
        oidc: {
          redirectUris: [`${bank.origin}/callback`],
          backchannelLogoutUrl: `${bank.origin}/backchannel_logout`,
        },
      }),
      desk: {
        id: "desk",
        name: "The desk",
        url: "https://desk.example/",
        firstParty: true,
        oidc: { redirectUris: ["https://desk.example/callback"], clientAuthentication: "none" },
      },
    }),
  });
  alice = await opened.createPerson();
});
afterAll(() => opened.close());

/** Signed in at the bank by OpenID Connect, and at the shop by CAS. */
beforeEach(async () => {
  browser = new TestBrowser(opened);
  const bank = new RelyingSite(opened, {
    id: "bank",
    secret: opened.bank.secret,
    redirectUri: `${opened.bank.origin}/callback`,
  });
  sid = String((await bank.round(browser, alice)).claims.sid);
  const { service } = opened.shop;
  const { location } = await browser.get(`/cas/login${query({ service })}`);
  const ticket = new URL(location).searchParams.get("ticket") ?? "";
  await new TestBrowser(opened).get(`/cas/serviceValidate${query({ service, ticket })}`);
});

/** Presses the button of the question. */
async function pressSignOut() {
  const { action, hidden } = (await browser.get("/oidc/session/end")).screen("sign-out");
  const fields = Object.fromEntries(hidden.map(({ name, value }) => [name, value]));
  return browser.follow(await browser.post(action, { ...fields, logout: "yes" }));
}
const atOnce = async () =>
  browser.follow(await browser.get(`/oidc/session/end${query({ client_id: "bank", logout_hint: sid })}`));

describe.each([
  ["asked first", pressSignOut],
  ["at once, because the site named the session", atOnce],
])("the page after a sign-out, %s", (_, signOut) => {
  test("lists the sites that get a logout request", async () => {
    const { sites, wasSignedIn } = (await signOut()).screen("logged-out");
    expect(wasSignedIn).toBe(true);
    expect(sites.map(({ name }) => name).sort()).toEqual(["The bank", "The shop"]);
  });

  test("loads the front-channel address of a site that the hub cannot reach", async () => {
    const page = await signOut();
    const addresses = page.screen("logged-out").frontChannel;
    expect(addresses.map((address) => new URL(address).origin)).toEqual([opened.shop.origin]);
    expect(page.headers["content-security-policy"]).toContain(`img-src 'self' data: ${opened.shop.origin};`);
  });

  test("the next form has no data of the last user, as after a sign-out by CAS", async () => {
    await signOut();
    const { username, reason } = (await browser.get("/cas/login")).screen("login");
    expect([username, reason]).toEqual(["", null]);
  });
});

describe("a site without a logout address", () => {
  const enterDesk = async () => {
    const desk = new RelyingSite(opened, { id: "desk", redirectUri: "https://desk.example/callback" });
    return String((await desk.round(browser, alice)).claims.sid);
  };
  const stays = [{ name: "The desk", host: "desk.example", url: "https://desk.example/" }];

  test.each([
    ["after /cas/logout", () => browser.get("/cas/logout")],
    ["after the question", pressSignOut],
    ["at once, because the bank named the session", atOnce],
  ])("is listed %s as one that stays signed in, with its address", async (_, signOut) => {
    await enterDesk();
    const model = (await signOut()).screen("logged-out");
    expect(model.stays).toEqual(stays);
    expect(model.sites.map(({ name }) => name).sort()).toEqual(["The bank", "The shop"]);
  });

  test('is listed after "sign out everywhere" on the account page, too', async () => {
    await enterDesk();
    const { token } = (await browser.get("/account")).screen("account");
    const page = await browser.post("/account/sessions/end-all", { token });
    expect(page.screen("logged-out").stays).toEqual(stays);
  });

  test("is not listed if it requested the sign-out", async () => {
    const logout_hint = await enterDesk();
    const page = await browser.follow(
      await browser.get(`/oidc/session/end${query({ client_id: "desk", logout_hint })}`),
    );
    expect(page.screen("logged-out").stays).toEqual([]);
  });

  test("no site is listed if all can be notified", async () => {
    expect((await browser.get("/cas/logout")).screen("logged-out").stays).toEqual([]);
  });
});

test("the page's address does not show the sites of another browser", async () => {
  await pressSignOut();
  const { sites, wasSignedIn } = (await new TestBrowser(opened).get("/oidc/session/end/success")).screen(
    "logged-out",
  );
  expect([sites, wasSignedIn]).toEqual([[], false]);
});

test("a signed-in user does not see that they are signed out", async () => {
  expect((await browser.get("/oidc/session/end/success")).location).toContain("/account");
});
