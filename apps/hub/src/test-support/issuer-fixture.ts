/** A hub with registrations of every kind, and client libraries from npm. */
import * as client from "openid-client";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";

export let opened: TestHub;
export let alice: TestPerson;
export let site: client.Configuration;
export let budget: client.Configuration;
export let api: client.Configuration;

export const apiAddress = "https://api.example/";
export const secretOf = (id: string) => `${id}-secret-`.padEnd(40, "x");

/**
 * Opens the hub with a first-party site, a third-party one and an API, and a client of each.
 *
 * @param environment settings of the hub that differ
 */
export async function openIssuerFixture(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  opened = await openTestHub({
    environment: { BUDGET_SITE_SECRET: secretOf("budget"), ...environment },
    sites: ({ shop, bank }) => ({
      shop: shop.registration({
        oidc: {
          redirectUris: [`${shop.origin}/oidc/callback`],
          postLogoutRedirectUris: [`${shop.origin}/bye`],
          backchannelLogoutUrl: `${shop.origin}/backchannel`,
          grants: ["authorization_code", "refresh_token", "client_credentials"],
          scopes: ["openid", "profile", "email", "groups", "offline_access"],
        },
      }),
      bank: bank.registration({
        api: {
          resource: apiAddress,
          scopes: { "transactions.read": "see your transactions", "transfers.write": "move money" },
        },
      }),
      budget: {
        id: "budget",
        name: "Budget",
        url: "https://budget.example/",
        firstParty: false,
        secret: { environment: "BUDGET_SITE_SECRET" },
        oidc: {
          redirectUris: ["https://budget.example/callback"],
          grants: ["authorization_code", "refresh_token"],
          scopes: ["openid", "profile", "email", "offline_access", "transactions.read"],
          subject: "pairwise",
          idTokenAlgorithm: "ES256",
        },
      },
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  const issuer = new URL(`${opened.origin}/oidc`);
  const configure = async (id: string, secret: string, metadata: object = {}) => {
    const configuration = await client.discovery(
      issuer,
      id,
      { client_secret: secret, ...metadata },
      client.ClientSecretBasic(secret),
      {
        execute: [client.allowInsecureRequests],
        [client.customFetch]: toTheHub,
      },
    );
    configuration[client.customFetch] = toTheHub;
    return configuration;
  };
  site = await configure("shop", opened.shop.secret);
  budget = await configure("budget", secretOf("budget"), { id_token_signed_response_alg: "ES256" });
  api = await configure("bank", opened.bank.secret);
}

export const closeIssuerFixture = (): Promise<void> => opened.close();

/** Node's resolver does not know the hub's public host. */
export const toTheHub: client.CustomFetch = (url, options) =>
  fetch(url.replace(opened.origin, `http://127.0.0.1:${opened.port}`), options as RequestInit);

export interface Begun {
  readonly path: string;
  readonly checks: client.AuthorizationCodeGrantChecks;
}

export async function begin(
  configuration: client.Configuration,
  redirectUri: string,
  more: Record<string, string> = {},
): Promise<Begun> {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const expectedState = client.randomState();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    scope: "openid profile email",
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
    state: expectedState,
    ...more,
  });
  return {
    path: url.pathname + url.search,
    checks: { pkceCodeVerifier, expectedState, idTokenExpected: true },
  };
}

export const shopCallback = () => `${opened.shop.origin}/oidc/callback`;
export const signedIn = async () => {
  const browser = new TestBrowser(opened);
  await browser.signIn(alice);
  return browser;
};
export const exchange = (
  configuration: client.Configuration,
  location: string,
  checks: client.AuthorizationCodeGrantChecks,
) => client.authorizationCodeGrant(configuration, new URL(location), checks);

/** Signs in at a first-party site, from the authorization request to the tokens. */
export async function round(browser: TestBrowser, more: Record<string, string> = {}) {
  const { path, checks } = await begin(site, shopCallback(), more);
  const { location } = await browser.get(path);
  return exchange(site, location, checks);
}

/** The error code of the answer's body or challenge; `undefined`: no error. */
export async function errorOf(run: Promise<unknown>): Promise<string | undefined> {
  try {
    await run;
    return undefined;
  } catch (error) {
    if (error instanceof client.WWWAuthenticateChallengeError) return error.cause[0]?.parameters.error;
    return (error as { error?: string }).error ?? String((error as Error).cause ?? error);
  }
}
