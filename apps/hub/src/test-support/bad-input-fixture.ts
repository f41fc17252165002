/** A hub with two sites and two APIs, for tests that send wrong requests and check the log. */
import { expect } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { type Parameters, type RelyingSite, received } from "./relying-site.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "./suite-site.ts";

export let opened: TestHub;
export let alice: TestPerson;
export let site: RelyingSite;
export let other: RelyingSite;
/** A browser in which Alice is signed in. */
export let browser: TestBrowser;

export const redirectUri = "https://suite.example/callback?fixed=1";
export const opaqueApi = "https://opaque.example/api";
export const jwtApi = "https://jwt.example/api";

export async function openBadInputFixture(): Promise<void> {
  const oidc = {
    redirectUris: [redirectUri],
    grants: ["authorization_code", "refresh_token"],
    scopes: ["openid", "profile", "offline_access", "read"],
    backchannelLogoutUrl: `${opaqueApi}/logout`,
  };
  const api = (resource: string, tokens: string) => ({
    api: { resource, tokens, scopes: { read: "see things", write: "change things" } },
  });
  opened = await openTestHub({
    environment: suiteEnvironment,
    sites: () => ({
      suite: suiteRegistration("suite", oidc),
      other: suiteRegistration("other", oidc),
      opaque: suiteRegistration("opaque", oidc, api(opaqueApi, "opaque")),
      jwt: suiteRegistration("jwt", oidc, api(jwtApi, "jwt")),
    }),
  });
  alice = await opened.createPerson({ username: "alice" });
  site = suiteSite(opened, "suite", { redirectUri });
  other = suiteSite(opened, "other", { redirectUri });
  browser = new TestBrowser(opened);
  await browser.signIn(alice);
}

export const closeBadInputFixture = (): Promise<void> => opened.close();

let before = 0;
/** Discards the log lines of earlier tests. */
export function beginLog(): void {
  before = opened.lines.length;
}

/** Expects that the log names the refusal and its reason, and contains none of the sent secrets. */
export function expectLogged(endpoint: string, error: string, ...secrets: readonly string[]): void {
  const lines = opened.lines.slice(before);
  const refused = ['"oidc-request.refused"', `"endpoint":"${endpoint}"`, error];
  const refusals = lines.filter((line) => refused.every((part) => line.includes(part)));
  expect(refusals.length).toBeGreaterThan(0);
  for (const value of secrets) {
    expect(value.length).toBeGreaterThan(15);
    expect(lines.join("\n")).not.toContain(value);
  }
}

export const codeFor = async (one = site): Promise<string> =>
  (await one.visit(browser, alice)).get("code") ?? "";

export const errorAt = async (more: Parameters): Promise<string | null> =>
  received(await browser.get(site.authorization(more))).get("error");
