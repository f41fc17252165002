/**
 * From a form of the hub to a registered address, and on to wherever that redirects: other hosts, schemes of programs,
 * IPv6. The hub's policy (`form-action 'self'`) would stop a redirect, and IPv6 addresses cannot be written into it.
 * And back to the page that opened the sign-in in a popup.
 */
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, fillSignInForm, gatehouseTest } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { OwnHub } from "./own-hub.ts";
import { originOf } from "./own-origin.ts";

const scheme = "com.example.pocket";
/** No server listens there: the test checks only that the browser navigates. */
const ipv6 = "http://[::1]:4567/cb";

interface World {
  readonly hub: OwnHub;
  readonly origin: string;
  /** Where the site redirects to from `/cb/onward`. */
  readonly elsewhere: string;
  /** A site that opens its sign-in in a popup, and is registered for that. */
  readonly opener: string;
  readonly person: { readonly username: string; readonly password: string };
  /** Requests that the site received: method, path and query. */
  readonly received: readonly string[];
}

/** A page that opens an address in a popup and shows what it is told; and what tells it, from the callback. */
const pages: Readonly<Record<string, string>> = {
  "/open": `<title>Open</title><button onclick="open(decodeURIComponent(location.hash.slice(1)), '', 'popup')">Open</button>
    <p role="status"></p><script>onmessage = ({ data }) => document.querySelector("p").append(data)</script>`,
  "/cb/popup": `<title>Back</title><p></p><script>
    document.querySelector("p").append(window.opener === null ? "cut off" : "connected");
    window.opener?.postMessage("signed in", location.origin)</script>`,
};

interface Journey {
  readonly page: Page;
  /** Console messages of the browser, such as a blocked navigation. */
  readonly complaints: readonly string[];
}

const test = gatehouseTest.extend<
  { open: (javaScriptEnabled: boolean) => Promise<Journey> },
  { world: World }
>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern.
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), "gatehouse-leaving-"));
      const received: string[] = [];
      const server = createServer((request, response) => {
        const url = new URL(request.url ?? "/", "http://site.localhost");
        received.push(`${request.method} ${request.url}`);
        const onward: Record<string, string> = {
          "/cb/onward": `${elsewhere}/arrived`,
          "/cb/app": `${scheme}:/arrived`,
        };
        const location = onward[url.pathname];
        if (location !== undefined) return response.writeHead(303, { location }).end();
        const body = pages[url.pathname] ?? "<title>Arrived</title>Welcome";
        response.setHeader("content-type", "text/html").end(`<!DOCTYPE html>${body}`);
      }).listen(0, "127.0.0.1");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      const [origin, elsewhere, opener] = [
        originOf("corner", port),
        originOf("elsewhere", port),
        originOf("opener", port),
      ];
      const family = {
        id: "corner",
        name: "Corner Kiosk",
        url: `${origin}/`,
        firstParty: true,
        cas: { services: [`${origin}/**`] },
        oidc: {
          redirectUris: ["onward", "app", "popup"].map((path) => `${origin}/cb/${path}`),
          clientAuthentication: "none",
        },
      };
      const popups = {
        id: "popups",
        name: "Window Seat",
        url: `${opener}/`,
        firstParty: false,
        cas: { services: [`${opener}/**`], popup: true },
        oidc: { redirectUris: [`${opener}/cb/popup`], clientAuthentication: "none", popup: true },
      };
      const program = {
        id: "pocket",
        name: "Pocket",
        url: "https://pocket.example/",
        firstParty: false,
        oidc: {
          applicationType: "native",
          clientAuthentication: "none",
          redirectUris: [`${scheme}:/cb`, "http://[::1]/cb"],
          postLogoutRedirectUris: [`${scheme}:/signed-out`],
        },
      };
      for (const site of [family, program, popups])
        await writeFile(join(folder, `${site.id}.json`), JSON.stringify(site));
      const hub = await OwnHub.inFolder(join(folder, "data"), { SITES_DIR: folder });
      await hub.start();
      const person = { username: "olga", password: "a password of this test" };
      await hub.createPerson(person.username, person.password);
      await use({ hub, origin, elsewhere, opener, person, received });
      await hub.stop();
      server.close();
      server.closeAllConnections();
      await rm(folder, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 120_000 },
  ],
  open: async ({ browser }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async (javaScriptEnabled) => {
      const context = await browser.newContext({ javaScriptEnabled });
      contexts.push(context);
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      return { page, complaints };
    });
    for (const context of contexts) await context.close();
  },
});

function casLogin({ hub, origin }: World, path: string, more: Record<string, string> = {}): string {
  return `${hub.origin}/cas/login?${new URLSearchParams({ service: `${origin}${path}`, ...more })}`;
}

function authorization({ hub }: World, client: string, redirectUri: string, more: object = {}): string {
  const asked = {
    client_id: client,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid email",
    code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    code_challenge_method: "S256",
    ...more,
  };
  return `${hub.origin}/oidc/auth?${new URLSearchParams(asked)}`;
}

/** Does something that ends in a navigation to an address that need not answer. */
async function goingTo(page: Page, start: string, act: () => Promise<unknown>): Promise<URL> {
  const seen = page.waitForRequest((request) => request.url().startsWith(start));
  await act();
  return new URL((await seen).url());
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

for (const javaScriptEnabled of [true, false]) {
  const suffix = `JavaScript ${javaScriptEnabled ? "on" : "off"}`;

  test(`CAS: a sign-in follows the redirects of the site, ${suffix}`, async ({ world, open }) => {
    const { page, complaints } = await open(javaScriptEnabled);
    await page.goto(casLogin(world, "/cb/onward?visit=1"));
    await fillSignInForm(page, world.person);
    await expect(page).toHaveURL(`${world.elsewhere}/arrived`);
    await page.context().clearCookies();
    await page.goto(casLogin(world, "/cb/app"));
    const { href } = await goingTo(page, scheme, () => fillSignInForm(page, world.person));
    expect(href).toBe(`${scheme}:/arrived`);
    expect(complaints).toEqual([]);
  });

  test(`CAS: Back consumes no ticket twice and does not trap the user, ${suffix}`, async ({
    world,
    open,
  }) => {
    const { page, complaints } = await open(javaScriptEnabled);
    await page.goto(`${world.origin}/before`);
    const visit = `visit=${randomUUID()}`;
    await page.goto(casLogin(world, `/page?${visit}`));
    await fillSignInForm(page, world.person);
    await expect(page).toHaveTitle("Arrived");
    const tickets = () => world.received.filter((line) => line.includes(visit));
    expect(tickets()).toHaveLength(1);
    // The sign-in page finds the session, and continues with a new ticket.
    await page.goBack();
    await expect(page).toHaveTitle("Arrived");
    await expect.poll(tickets).toHaveLength(2);
    expect(new Set(tickets()).size).toBe(2);
    await page.goBack();
    await expect(page).toHaveURL(`${world.origin}/before`);
    expect(complaints).toEqual([]);
  });

  test(`CAS: a ticket by POST, and the confirmation of a site, follow them as well, ${suffix}`, async ({
    world,
    open,
  }) => {
    const { page, complaints } = await open(javaScriptEnabled);
    await page.goto(casLogin(world, "/cb/onward", { method: "POST" }));
    await fillSignInForm(page, world.person);
    if (!javaScriptEnabled) await press(page, "Continue to Corner Kiosk");
    await expect(page).toHaveURL(`${world.elsewhere}/arrived`);

    await page.goto(`${world.hub.origin}/account/sessions`);
    await press(page, "Ask me first");
    await page.goto(casLogin(world, "/cb/onward?visit=2"));
    await press(page, "Continue to Corner Kiosk");
    await expect(page).toHaveURL(`${world.elsewhere}/arrived`);

    await page.goto(authorization(world, "corner", `${world.origin}/cb/onward`));
    await press(page, "Continue to Corner Kiosk");
    await expect(page).toHaveURL(`${world.elsewhere}/arrived`);
    expect(complaints).toEqual([]);
  });

  test(`OpenID Connect: sign-in and consent lead to every registered address and follow its redirects, ${suffix}`, async ({
    world,
    open,
  }) => {
    const { page, complaints } = await open(javaScriptEnabled);
    await page.goto(authorization(world, "corner", `${world.origin}/cb/onward`));
    await fillSignInForm(page, world.person);
    await expect(page).toHaveURL(`${world.elsewhere}/arrived`);

    const posted = { prompt: "login", response_mode: "form_post" };
    await page.goto(authorization(world, "corner", `${world.origin}/cb/onward`, posted));
    await fillSignInForm(page, world.person);
    if (!javaScriptEnabled) await press(page, "Continue to Corner Kiosk");
    await expect(page).toHaveURL(`${world.elsewhere}/arrived`);

    await page.goto(authorization(world, "pocket", ipv6, { prompt: "login consent" }));
    await fillSignInForm(page, world.person);
    const declined = await goingTo(page, ipv6, () => press(page, "Do not allow"));
    expect(declined.searchParams.get("error")).toBe("access_denied");
    expect(complaints.filter((text) => !/ERR_CONNECTION_REFUSED/.test(text))).toEqual([]);
  });

  test(`OpenID Connect: a program is reached by its own scheme, also by a redirect of the site, ${suffix}`, async ({
    world,
    open,
  }) => {
    // While a browser asks whether to open a program, its page takes no clicks, so each case has its own page.
    const direct = await open(javaScriptEnabled);
    await direct.page.goto(authorization(world, "pocket", `${scheme}:/cb`, { prompt: "login consent" }));
    await fillSignInForm(direct.page, world.person);
    const allowed = await goingTo(direct.page, `${scheme}:/cb`, () => press(direct.page, "Allow"));
    expect(allowed.searchParams.get("code")).toBeTruthy();

    const redirected = await open(javaScriptEnabled);
    await redirected.page.goto(authorization(world, "corner", `${world.origin}/cb/app`));
    const arrived = await goingTo(redirected.page, scheme, () =>
      fillSignInForm(redirected.page, world.person),
    );
    expect(arrived.pathname).toBe("/arrived");
    expect([...direct.complaints, ...redirected.complaints]).toEqual([]);
  });

  test(`OpenID Connect: a confirmed sign-out leads to a program's own scheme, ${suffix}`, async ({
    world,
    open,
  }) => {
    const { page, complaints } = await open(javaScriptEnabled);
    await page.goto(`${world.hub.origin}/cas/login`);
    await fillSignInForm(page, world.person);
    const back = { client_id: "pocket", post_logout_redirect_uri: `${scheme}:/signed-out`, state: "s" };
    await page.goto(`${world.hub.origin}/oidc/session/end?${new URLSearchParams(back)}`);
    const { href } = await goingTo(page, scheme, () => press(page, "Sign out"));
    expect(href).toBe(`${scheme}:/signed-out?state=s`);
    // The program has its own window; this page says that the tab may be closed, and has a link.
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Going to Pocket");
    await expect(page.getByRole("link", { name: "Continue to Pocket" })).toHaveAttribute("href", href);
    await page.goto(`${world.hub.origin}/account`);
    await expect(page).toHaveURL(/\/cas\/login/);
    expect(complaints).toEqual([]);
  });
}

const inPopup = {
  "OpenID Connect": (world: World, client: string, origin: string) =>
    authorization(world, client, `${origin}/cb/popup`),
  CAS: ({ hub }: World, _: string, origin: string) =>
    `${hub.origin}/cas/login?${new URLSearchParams({ service: `${origin}/cb/popup` })}`,
};

for (const [protocol, address] of Object.entries(inPopup)) {
  async function openPopup(page: Page, start: string, at: string): Promise<Page> {
    await page.goto(`${at}/open#${encodeURIComponent(start)}`);
    const [popup] = await Promise.all([page.waitForEvent("popup"), press(page, "Open")]);
    return popup;
  }

  test(`${protocol}: a popup of a site registered for it keeps window.opener on every page of the sign-in`, async ({
    world,
    open,
  }) => {
    const { page } = await open(true);
    const popup = await openPopup(page, address(world, "popups", world.opener), world.opener);
    await fillSignInForm(popup, { ...world.person, password: "not the password" });
    await expect(popup).toHaveTitle(/^Error:/);
    await fillSignInForm(popup, world.person);
    if (protocol === "OpenID Connect") await press(popup, "Allow");
    await expect(popup.getByText("connected")).toBeVisible();
    await expect(page.getByRole("status")).toHaveText("signed in");
  });

  test(`${protocol}: a popup of another site loses window.opener`, async ({ world, open }) => {
    const { page } = await open(true);
    const popup = await openPopup(page, address(world, "corner", world.origin), world.origin);
    await fillSignInForm(popup, world.person);
    await expect(popup.getByText("cut off")).toBeVisible();
    await expect(page.getByRole("status")).toHaveText("");
  });
}
