/**
 * Clients without a secret, with the libraries that their authors choose: single-page apps at an origin of their own, and
 * native programs. Over https alone, on which oauth4webapi and openid-client insist.
 */
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { expect, fillSignInForm, gatehouseTest } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import * as client from "openid-client";
import { rolldown } from "rolldown";
import { OwnHub } from "./own-hub.ts";
import { originOf } from "./own-origin.ts";

const libraries = ["oauth4webapi", "oidc-client-ts"] as const;
const scopes = ["openid", "profile", "email", "offline_access"];
const scheme = "com.example.pocket";
const person = { username: "olga", password: "a password of this test", name: "Olga Orlova" };

interface World {
  readonly hub: OwnHub;
  /** Ports of the single-page apps. */
  readonly apps: Readonly<Record<string, number>>;
}

const test = gatehouseTest.extend<object, { world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads what a fixture needs from this pattern.
    async ({}, use) => {
      const folder = await mkdtemp(join(tmpdir(), "gatehouse-public-clients-"));
      const register = (id: string, registration: object) =>
        writeFile(join(folder, `${id}.json`), JSON.stringify({ id, name: `The ${id}`, ...registration }));
      const common = {
        clientAuthentication: "none",
        grants: ["authorization_code", "refresh_token"],
        scopes,
      };
      const hub = await OwnHub.inFolder(join(folder, "data"), { SITES_DIR: folder });
      const servers: Server[] = [];
      const apps: Record<string, number> = {};
      for (const library of libraries) {
        const files = await bundleApp(library);
        const server = await listen("127.0.0.1", (request, response) => {
          const origin = originOf("elsewhere", portOf(server));
          const { type, body } = files(request.url === "/app.js", {
            issuer: `${hub.origin}/oidc`,
            clientId: library,
            redirectUri: `${origin}/callback`,
            home: `${origin}/`,
            scope: scopes.join(" "),
          });
          response.setHeader("content-type", type).end(body);
        });
        servers.push(server);
        apps[library] = portOf(server);
        const origin = originOf("elsewhere", portOf(server));
        await register(library, {
          url: `${origin}/`,
          firstParty: true,
          oidc: {
            redirectUris: [`${origin}/callback`],
            postLogoutRedirectUris: [`${origin}/`],
            ...common,
          },
        });
      }
      await register("pocket", {
        url: "https://pocket.example/",
        firstParty: false,
        oidc: {
          applicationType: "native",
          redirectUris: ["http://127.0.0.1/callback", "http://[::1]/callback", `${scheme}:/callback`],
          ...common,
        },
      });
      await hub.start();
      await hub.createPerson(person.username, person.password, { name: person.name });
      await use({ hub, apps });
      await hub.stop();
      for (const server of servers) close(server);
      await rm(folder, { recursive: true, force: true });
    },
    { scope: "worker", timeout: 120_000 },
  ],
});
// One hub serves all of them.
test.describe.configure({ mode: "default" });

/** @returns its document and its script, which includes the library */
async function bundleApp(library: string) {
  const input = join(import.meta.dirname, "single-page-apps", `${library}.js`);
  const bundle = await rolldown({ input, platform: "browser" });
  const { output } = await bundle.generate({ format: "esm" });
  return (isScript: boolean, settings: object) =>
    isScript
      ? { type: "text/javascript", body: output[0].code }
      : {
          type: "text/html",
          body: `<!DOCTYPE html><title>${library}</title><link rel="icon" href="data:,"><output></output>
            <script type="application/json" id="settings">${JSON.stringify(settings)}</script>
            <script type="module" src="/app.js"></script>`,
        };
}

async function listen(host: string, listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, host);
  await once(server, "listening");
  return server;
}

const portOf = (server: Server) => (server.address() as AddressInfo).port;

function close(server: Server): void {
  server.close();
  server.closeAllConnections();
}

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

for (const library of libraries) {
  const openApp = async (page: Page, { apps }: World, as: "elsewhere" | "opener" = "elsewhere") => {
    const home = `${originOf(as, apps[library] ?? 0)}/`;
    await page.goto(home);
    return home;
  };

  test(`${library} in a page: signs in, reads userinfo, refreshes, revokes, signs out`, async ({
    page,
    world,
    browserFaults,
  }) => {
    const output = page.getByRole("status");
    const home = await openApp(page, world);
    await press(page, "Sign in");
    await fillSignInForm(page, person);
    await expect(output).toHaveText("Signed in: Olga Orlova, olga@example.com");
    await press(page, "Userinfo");
    await expect(output).toHaveText("Userinfo: Olga Orlova, olga@example.com");
    await press(page, "Refresh");
    await expect(output).toHaveText("Refreshed");
    await press(page, "Userinfo");
    await expect(output).toHaveText("Userinfo: Olga Orlova, olga@example.com");

    browserFaults.expect("console error", "401");
    await press(page, "Revoke");
    await expect(output).toHaveText("Revoked");
    await press(page, "Userinfo");
    await expect(output).toContainText("Error: ");

    await press(page, "Sign out");
    // The address is the same before and after; a new document shows nothing.
    await expect(output).toBeEmpty();
    await expect(page).toHaveURL(home);
    await press(page, "Sign in");
    await expect(page.getByLabel("Username or email")).toBeVisible();
  });

  test(`${library} in a page: after a sign-out at the hub the refresh fails`, async ({
    page,
    world,
    browserFaults,
  }) => {
    const output = page.getByRole("status");
    await openApp(page, world);
    await press(page, "Sign in");
    await fillSignInForm(page, person);
    await expect(output).toContainText("Signed in");
    const other = await page.context().newPage();
    await other.goto(`${world.hub.origin}/cas/logout`);
    await expect(other.getByRole("heading", { name: "You are signed out" })).toBeVisible();
    browserFaults.expect("console error", "400");
    await press(page, "Refresh");
    await expect(output).toContainText("Error: ");
  });
}

test("a page of an origin that is not registered cannot read the issuer's answers", async ({
  page,
  world,
  browserFaults,
}) => {
  await page.goto(originOf("opener", world.apps["oidc-client-ts"] ?? 0));
  browserFaults.expect("console error", "blocked by CORS policy");
  browserFaults.expect("console error", "net::ERR_FAILED");
  const answer = page.evaluate(async (address) => {
    const headers = { authorization: "Bearer of-somebody" };
    return fetch(address, { headers }).then(
      ({ status }) => status,
      (error) => String(error),
    );
  }, `${world.hub.origin}/oidc/me`);
  expect(await answer).toBe("TypeError: Failed to fetch");
});

/** A program with openid-client: opens the browser, and takes the address with the code from `receive`. */
async function signInFromProgram(
  page: Page,
  { hub }: World,
  redirectUri: string,
  receive: () => Promise<URL>,
): Promise<void> {
  const issuer = new URL(`${hub.origin}/oidc`);
  const configuration = await client.discovery(issuer, "pocket", undefined, client.None());
  const [state, nonce, verifier] = [
    client.randomState(),
    client.randomNonce(),
    client.randomPKCECodeVerifier(),
  ];
  const address = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: scopes.join(" "),
    prompt: "consent",
    state,
    nonce,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  await page.goto(address.href);
  await fillSignInForm(page, person);
  const received = receive();
  await press(page, "Allow");
  const tokens = await client.authorizationCodeGrant(configuration, await received, {
    expectedState: state,
    expectedNonce: nonce,
    pkceCodeVerifier: verifier,
    idTokenExpected: true,
  });
  const refreshed = await client.refreshTokenGrant(configuration, tokens.refresh_token ?? "");
  expect(refreshed.access_token).not.toBe(tokens.access_token);
  const userinfo = await client.fetchUserInfo(
    configuration,
    refreshed.access_token,
    tokens.claims()?.sub ?? "",
  );
  expect(userinfo).toMatchObject({ name: person.name, email: "olga@example.com" });
  await client.tokenRevocation(configuration, refreshed.refresh_token ?? "");
  await expect(client.refreshTokenGrant(configuration, refreshed.refresh_token ?? "")).rejects.toMatchObject({
    error: "invalid_grant",
  });
}

const hasIpv6 = Object.values(networkInterfaces()).some((all) =>
  all?.some(({ address }) => address === "::1"),
);

for (const host of ["127.0.0.1", "::1"]) {
  test(`RFC 8252, section 7.3 a program receives the code on a port of the moment on ${host}`, async ({
    page,
    world,
  }) => {
    test.skip(host === "::1" && !hasIpv6, "this machine has no IPv6 loopback");
    const { promise, resolve } = Promise.withResolvers<URL>();
    const server = await listen(host, (request, response) => {
      if (request.url?.startsWith("/callback?")) resolve(new URL(request.url, redirectUri));
      response.setHeader("content-type", "text/html");
      response.end('<!DOCTYPE html><title>Pocket</title><link rel="icon" href="data:,">Close this tab');
    });
    const redirectUri = `http://${host.includes(":") ? `[${host}]` : host}:${portOf(server)}/callback`;
    await signInFromProgram(page, world, redirectUri, () => promise);
    await expect(page.getByText("Close this tab")).toBeVisible();
    close(server);
  });
}

test("RFC 8252, section 7.1 a program receives the code at its own scheme", async ({ page, world }) => {
  const redirectUri = `${scheme}:/callback`;
  await signInFromProgram(page, world, redirectUri, async () => {
    const request = await page.waitForRequest((one) => one.url().startsWith(redirectUri));
    return new URL(request.url());
  });
});
