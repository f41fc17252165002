/**
 * The OpenID Foundation's conformance suite as far as the plans `oidcc-basic` and `oidcc-formpost-basic` need it: its
 * clients are static, send no PKCE, and its browser has no JavaScript.
 */
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { readModel } from "./frontend-stand-in.ts";
import {
  type Parameters,
  RelyingSite,
  type RelyingSiteOptions,
  received,
  type Tokens,
} from "./relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "./suite-site.ts";
import type { BrowserAnswer } from "./test-browser.ts";

export let opened: TestHub;
export let alice: TestPerson;
/** The client of the module that runs. */
export let suite: RelyingSite;
/** New in each module. */
export let browser: TestBrowser;
/** Parameters of every request of the module. */
export let base: Parameters;

export const redirectUri = "https://suite.example/test/a/gatehouse/callback";
/** Parameters of every request of the suite. */
export const common = { state: "a-state-of-128-characters".padEnd(128, "~"), nonce: "the-nonce" };
/** One plan per response mode. */
export const responseModes: readonly (readonly [string, Parameters])[] = [
  ["query", {}],
  ["form_post", { response_mode: "form_post" }],
];

export async function openConformanceSuite(): Promise<void> {
  const registration = (id: string, clientAuthentication = "client_secret_basic") =>
    suiteRegistration(id, {
      redirectUris: [redirectUri],
      clientAuthentication,
      grants: ["authorization_code", "refresh_token"],
      scopes: ["openid", "profile", "email", "offline_access"],
      pkce: "optional",
      idTokenClaims: "requested",
    });
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      suite: registration("suite"),
      suite2: registration("suite2"),
      suitepost: registration("suitepost", "client_secret_post"),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
}

export const closeConformanceSuite = (): Promise<void> => opened.close();

/** Before each module. */
export function beginModule(modeParameters: Parameters = {}): void {
  base = { ...common, ...modeParameters };
  suite = suiteSite(opened, "suite", { redirectUri, pkce: false });
  browser = new TestBrowser(opened);
}

/** Replaces the client of the module. */
export function actAs(more: Partial<RelyingSiteOptions>): void {
  suite = new RelyingSite(opened, { ...suite.options, ...more });
}

export const round = (more: Parameters = {}): Promise<Tokens> =>
  suite.round(browser, alice, { ...base, ...more });

/** Without signing in anywhere. */
export const at = async (more: Parameters = {}): Promise<URLSearchParams> =>
  received(await browser.get(suite.authorization({ ...base, ...more })));

/** Whether the request shows the sign-in form. */
export async function asksForPassword(
  more: Parameters,
): Promise<{ readonly asked: boolean; readonly answer: BrowserAnswer }> {
  let answer = await browser.get(suite.authorization({ ...base, ...more }));
  while (browser.leadsOn(answer)) answer = await browser.follow(answer);
  return { asked: readModel(answer.body)?.name === "login", answer };
}
