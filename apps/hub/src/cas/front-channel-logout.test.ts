/** Single logout by way of the browser, over HTTP, titled by CAS protocol 3.0.3. */
import { inflateSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

const query = (parameters: Record<string, string>) => `?${new URLSearchParams(parameters)}`;

let hub: TestHub;
let bob: TestPerson;
beforeAll(async () => {
  hub = await openTestHub({
    sites: ({ shop }) => ({
      shop: shop.registration({
        cas: { ...(shop.registration().cas as object), logoutChannel: "front" },
      }),
    }),
  });
  bob = await hub.createPerson();
});
beforeEach(async () => {
  await hub.hub.logout.drain();
  for (const site of [hub.shop, hub.bank]) site.forget();
});
afterAll(() => hub.close());

/** A sign-in at both sites; the tickets that they validated. */
async function enterBoth(browser: TestBrowser) {
  const tickets: string[] = [];
  for (const { service } of [hub.shop, hub.bank]) {
    const asked = query({ service });
    const first = await browser.get(`/cas/login${asked}`);
    const { location } = first.location === "" ? await browser.signIn(bob, asked) : first;
    const ticket = new URL(location).searchParams.get("ticket") ?? "";
    await new TestBrowser(hub).get(`/cas/serviceValidate${query({ service, ticket })}`);
    tickets.push(ticket);
  }
  return tickets;
}

test("2.3.3 the browser notifies a site that the hub cannot reach, from the page after sign-out; the others get the back channel", async () => {
  const browser = new TestBrowser(hub);
  const [shopTicket = "", bankTicket = ""] = await enterBoth(browser);
  const page = await browser.get("/cas/logout");
  const { frontChannel, sites } = page.screen("logged-out");
  expect(sites.map(({ name }) => name).sort()).toEqual(["The bank", "The shop"]);
  const url = new URL(frontChannel[0] ?? "");
  expect(url.origin + url.pathname).toBe(`${hub.shop.origin}/logout-request`);
  const xml = inflateSync(Buffer.from(url.searchParams.get("logoutRequest") ?? "", "base64")).toString();
  expect(xml).toContain(`<samlp:SessionIndex>${shopTicket}</samlp:SessionIndex>`);
  expect(page.headers["content-security-policy"]).toContain(`img-src 'self' data: ${hub.shop.origin};`);
  await hub.hub.logout.drain();
  expect([hub.shop.told(), hub.bank.told()]).toEqual([[], [bankTicket]]);
});

test("2.3.3 the page notifies the site before it links back", async () => {
  const browser = new TestBrowser(hub);
  await enterBoth(browser);
  const page = await browser.get(`/cas/logout${query({ service: hub.bank.service })}`);
  expect(page.screen("logged-out").continueTo).toEqual({
    name: "The bank",
    host: "bank.localhost",
    url: hub.bank.service,
  });
});

describe("2.3.3 an unusable front-channel address does not make the sign-out fail", () => {
  let tickets: string[];
  let browser: TestBrowser;
  /** The registry takes none such; what goes wrong all the same must not keep anybody signed in. */
  beforeEach(async () => {
    const cas = hub.hub.sites.find("shop")?.cas ?? {};
    Object.assign(cas, { logoutUrl: `${hub.shop.origin}/logout-request?ticket=ST-1` });
    browser = new TestBrowser(hub);
    tickets = await enterBoth(browser);
  });

  async function expectSignedOut(page: Awaited<ReturnType<TestBrowser["get"]>>) {
    expect(page.status).toBe(200);
    expect(page.screen("logged-out").frontChannel).toEqual([]);
    expect(browser.cookies.has("TGC-gatehouse")).toBe(false);
    await hub.hub.logout.drain();
    expect([...hub.shop.told(), ...hub.bank.told()]).toEqual(tickets);
    expect(hub.lines.join()).toContain("front-channel-logout.skipped");
  }

  test("at /cas/logout: the site gets the back channel, like the others", async () => {
    await expectSignedOut(await browser.get("/cas/logout"));
  });

  test("at the account page: the same", async () => {
    const { token } = (await browser.get("/account")).screen("account");
    await expectSignedOut(await browser.post("/account/sessions/end-all", { token }));
  });
});
