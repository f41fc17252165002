/** Codes of all failures of a site's sign-in, each with a sentence for the site's developer. */
const sentences = {
  settings_missing:
    "A setting is missing. Set HUB_URL, SITE_URL and SITE_SECRET in the site's environment and start it again.",
  setting_invalid: "A setting cannot be used. Correct it in the site's environment and start it again.",
  secret_too_short:
    "SITE_SECRET has fewer than 32 characters. Make one with `openssl rand -hex 32` and give the same value to the hub.",
  other_auth_url:
    "AUTH_URL or NEXTAUTH_URL is set. Remove it: Gatehouse takes the address of the site from SITE_URL alone.",
  site_id_invalid:
    'The site\'s id may have a to z, 0 to 9 and hyphens only, 40 at most. Correct gatehouse({ site: "…" }).',
  hub_unreachable:
    "The hub did not answer. Check that it runs, that HUB_URL is its address, and that this machine may reach it. ENOTFOUND for a name under .localhost: Node needs the preload scripts/localhost-resolver.mjs.",
  hub_url_wrong:
    "What answers at HUB_URL is not a Gatehouse hub. Set HUB_URL to the origin that the hub itself has as its HUB_URL, not to this site or another one, and start the site again.",
  hub_url_other_name: "Set HUB_URL to that, and start the site again.",
  site_rejected:
    "The hub does not know this site with this secret. Give SITE_SECRET the value that the hub has for it, see that the hub has a registration with this id, and start the site again.",
  service_refused:
    'The hub does not accept this site\'s callback. Add SITE_URL + "/api/auth/callback/gatehouse" to cas.services in the registration.',
  authorization_refused:
    "The hub refused the sign-in. Compare the site's oidc section in its registration with what README.md of @gatehouse/auth says.",
  scope_refused:
    'The registration does not let this site ask for the profile of the user. Add "openid", "profile" and "email" to oidc.scopes.',
  declined: "The user declined at the hub to sign in here.",
  issuer_mismatch:
    "The callback came without the hub's name for itself, or with another issuer's (iss). Check that HUB_URL is exactly the HUB_URL that the hub has.",
  id_token_refused:
    "The hub's ID token was not signed by one of its keys, or is for another site or sign-in. Nobody was signed in. Check that HUB_URL leads to the hub and nothing between rewrites its answers.",
  session_id_missing:
    "The hub's ID token names no session (sid), so its end could not be seen. Compare the versions of hub and package.",
  profile_missing: 'The hub released no username. Add "profile" to oidc.scopes in the registration.',
  sign_in_too_old:
    "The hub sent the user back with a sign-in that is older than requireSignIn({ maxAge }) accepts. Compare the versions of hub and package.",
  sign_in_too_weak:
    "The hub sent the user back with a weaker sign-in than requireSignIn({ acr }) accepts. A site that signs in by CAS demands the strength by `requires` in its registration. By OpenID Connect, compare the versions of hub and package.",
  ticket_refused:
    "The hub did not accept the ticket or code: it was used before, came back too late (TICKET_LIFE; a code is valid for a minute), or belongs to another sign-in. If it happens often, check the clocks and the network between site and hub.",
  hub_answer:
    "The hub's answer was not understood. Check that HUB_URL points to a Gatehouse hub and not to a proxy or another page.",
  person_id_missing:
    'The hub released no id of the user. Add "id" to cas.attributes in the site\'s registration; over OpenID Connect it comes by itself.',
  groups_too_many:
    'The user is in more groups than a cookie takes, and the hub does not give them to this site by the session check. Compare the versions of hub and package. For a site that users give consent to, take "groups" out of oidc.scopes or put the user into fewer groups.',
  profile_too_large:
    "Name and email address of the user exceed the size of a session cookie (2000 bytes). Shorten them at the hub.",
  session_not_kept:
    "The browser signed in seconds ago, and its next request came without a session that this process can read. Check that the browser keeps cookies, that all processes of the site have the same SITE_SECRET, and that no proxy removes Set-Cookie or long Cookie headers.",
  clock_skew:
    "The clocks of this machine and of the hub differ by more than a minute. Let both follow a time server (NTP).",
  state_mismatch:
    "A sign-in came back that this browser did not start, or started more than 15 minutes ago. It was refused. If everyone gets this, check that SITE_URL is the address that browsers use.",
  cookies_refused:
    "The browser does not keep this site's cookies. Allow cookies; over plain http, SITE_URL must not be https.",
  callback_malformed: "The callback was called without what a sign-in brings back.",
  callback_altered:
    "The address that came back is not the one the ticket was made for: returnTo or another part of it was changed on the way, or the ticket belongs to another sign-in. Nobody was signed in. If it happens to everybody, something between browser and site rewrites addresses.",
  no_ticket: "The hub sent the user back without a ticket. Check the registration of this site at the hub.",
  session_over: "The central session ended while the sign-in was under way.",
  site_url_other_name:
    "Set SITE_URL to exactly the address that browsers use, and start the site again: cookies and the way back from the hub belong to SITE_URL.",
  proxy_missing:
    "requireSignIn() rendered a page that `recognise` did not see: users signed in elsewhere are not recognised there, and contentSecurityPolicy is not sent.",
  request_refused:
    "The request did not come from a page of this site, or was not a navigation. Use a plain link or form; behind a proxy, SITE_URL must be the public address.",
  logout_request_malformed:
    "Something other than a logout request was posted to the logout receiver. If the hub sent it, check that both run the same version.",
  internal: "Something went wrong that should not. Please report it with the cause.",
} as const;

/** Stable code of a failure. */
export type GatehouseAuthErrorCode = keyof typeof sentences;

/**
 * A failure of the site's sign-in. `message` is for logs and developers; users see a page with a reference code
 * (`error-page.ts`).
 */
export class GatehouseAuthError extends Error {
  override readonly name = "GatehouseAuthError";
  readonly code: GatehouseAuthErrorCode;
  /** The same code, for a site's `error.tsx`: Next.js passes nothing else of a server error to it. */
  readonly digest: GatehouseAuthErrorCode;

  /**
   * @param code stable code of the failure
   * @param detail sentence before the code's own, for the log; without secrets
   */
  constructor(code: GatehouseAuthErrorCode, detail?: string, options?: ErrorOptions) {
    super(detail ? `${detail} ${sentences[code]}` : sentences[code], options);
    this.code = code;
    this.digest = code;
  }
}

/** Finds a GatehouseAuthError in a chain of causes, because next-auth wraps errors of providers. */
export function findGatehouseAuthError(error: unknown, depth = 0): GatehouseAuthError | null {
  if (error instanceof GatehouseAuthError) return error;
  if (depth > 5 || error === null || typeof error !== "object") return null;
  const { cause, err } = error as { cause?: unknown; err?: unknown };
  return findGatehouseAuthError(err, depth + 1) ?? findGatehouseAuthError(cause, depth + 1);
}
