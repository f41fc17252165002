/** Registrations for tests of OpenID Connect, with defaults for the fields that a test does not name. */
import type { TestHub } from "../test-hub.ts";
import { RelyingSite, type RelyingSiteOptions } from "./relying-site.ts";

export const suiteSecret = "suite-secret-".padEnd(40, "x");
export const redirectUri = "https://suite.example/callback";
/** The setting that registrations name; for `openTestHub`. */
export const suiteEnvironment = { SUITE_SITE_SECRET: suiteSecret };

/**
 * @param oidc more than a redirect URI in the section `oidc`
 * @param more other parts of the registration; `undefined` takes one away
 */
export function suiteRegistration(id: string, oidc: object = {}, more: object = {}): object {
  return {
    id,
    name: `The ${id}`,
    url: "https://suite.example/",
    firstParty: true,
    secret: { environment: "SUITE_SITE_SECRET" },
    oidc: { redirectUris: [redirectUri], ...oidc },
    ...more,
  };
}

export function suiteSite(hub: TestHub, id: string, more: Partial<RelyingSiteOptions> = {}): RelyingSite {
  return new RelyingSite(hub, { id, redirectUri, secret: suiteSecret, ...more });
}
