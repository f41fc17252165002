/** oidc-client-ts 3.5, which pages in a browser use: a public client that calls the issuer across origins. */
import { InMemoryWebStorage, OidcClient, WebStorageStateStore } from "oidc-client-ts";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";
import { openListener } from "../../test-support/open-listener.ts";
import { signInAndConsent } from "../../test-support/relying-site.ts";

const origin = "https://spa.example";
let opened: TestHub;
let alice: TestPerson;
let browser: TestBrowser;
beforeAll(async () => {
  const { listener, origin: hubUrl } = await openListener();
  const spa = {
    id: "spa",
    name: "The page",
    url: `${origin}/`,
    firstParty: true,
    oidc: {
      redirectUris: [`${origin}/callback`],
      postLogoutRedirectUris: [`${origin}/bye`],
      clientAuthentication: "none",
      grants: ["authorization_code", "refresh_token"],
      scopes: ["openid", "profile", "email", "offline_access"],
    },
  };
  opened = await openTestHub({ listener, environment: { HUB_URL: hubUrl }, sites: () => ({ spa }) });
  alice = await opened.createPerson({ username: "alice" });
  browser = new TestBrowser(opened);
  vi.stubGlobal("fetch", fetchFrom(origin));
});
afterAll(async () => {
  vi.unstubAllGlobals();
  await opened.close();
});

/** As a browser's for a page of this origin: what the page may not read is kept from it. */
function fetchFrom(page: string): typeof fetch {
  const { fetch } = globalThis;
  const mayRead = ({ headers }: Response) =>
    ["*", page].includes(headers.get("access-control-allow-origin") ?? "");
  return async (input, init) => {
    const headers = new Headers(init?.headers);
    const asked = { origin: page, "access-control-request-method": init?.method ?? "GET" };
    const names = [...headers.keys()].join();
    const preflight = await fetch(input, {
      method: "OPTIONS",
      headers: { ...asked, ...(names === "" ? {} : { "access-control-request-headers": names }) },
    });
    headers.set("origin", page);
    const answer = preflight.ok && mayRead(preflight) ? await fetch(input, { ...init, headers }) : undefined;
    if (answer === undefined || !mayRead(answer)) throw new TypeError("Failed to fetch");
    return answer;
  };
}

const createClient = () =>
  new OidcClient({
    authority: `${opened.origin}/oidc`,
    client_id: "spa",
    redirect_uri: `${origin}/callback`,
    post_logout_redirect_uri: `${origin}/bye`,
    scope: "openid profile email",
    loadUserInfo: true,
    stateStore: new WebStorageStateStore({ store: new InMemoryWebStorage() }),
  });

async function signIn(client: OidcClient, more: object = {}) {
  const { url } = await client.createSigninRequest({ state: "here", ...more });
  const { pathname, search } = new URL(url);
  const { location } = await signInAndConsent(browser, alice, await browser.get(pathname + search));
  return client.processSigninResponse(location);
}

describe("oidc-client-ts", () => {
  test("signs in, and reads name and email address", async () => {
    const { profile, access_token, userState } = await signIn(createClient());
    expect(profile).toMatchObject({ sub: alice.id, name: "Person alice", email: "alice@example.com" });
    expect([typeof access_token, userState]).toEqual(["string", "here"]);
  });

  test("refreshes", async () => {
    const client = createClient();
    const scope = "openid profile email offline_access";
    const { refresh_token = "", profile, ...rest } = await signIn(client, { scope, prompt: "consent" });
    const state = { ...rest, refresh_token, scope, profile, data: undefined };
    const renewed = await client.useRefreshToken({ state });
    expect(renewed.access_token).not.toBe(rest.access_token);
  });

  test("RFC 7009 revokes tokens", async () => {
    const client = createClient();
    const { access_token } = await signIn(client);
    const ask = () =>
      fetch(`${opened.origin}/oidc/me`, { headers: { authorization: `Bearer ${access_token}` } });
    expect((await ask()).status).toBe(200);
    await client.revokeToken(access_token, "access_token");
    expect((await ask()).status).toBe(401);
  });

  test("signs out with id_token_hint", async () => {
    const client = createClient();
    const { id_token } = await signIn(client);
    const { url } = await client.createSignoutRequest({ id_token_hint: id_token ?? "", state: "there" });
    const { pathname, search } = new URL(url);
    const { location } = await browser.get(pathname + search);
    expect(location.startsWith(`${origin}/bye?state=`)).toBe(true);
    expect((await client.processSignoutResponse(location)).userState).toBe("there");
  });

  test("a page of another origin cannot read the response", async () => {
    vi.stubGlobal("fetch", fetchFrom("https://evil.example"));
    await expect(signIn(createClient())).rejects.toThrow("Failed to fetch");
  });
});
