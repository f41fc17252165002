/**
 * Rules for sites that differ from oidc-provider's: secrets are stored as hashes, each site authenticates only by its
 * registered method, and sign-outs are delivered by the hub's own queue.
 */

import { createHash } from "node:crypto";
import { isEqual } from "../../settings/secret-keys.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { type Client, currentContext, errors, type KoaContextWithOIDC, type Provider } from "./provider.ts";
import { replaceMember } from "./provider-internals.ts";

/** Endpoints at which sites authenticate, by oidc-provider's route names. */
const authenticated = new Set([
  "token",
  "introspection",
  "revocation",
  "pushed_authorization_request",
  "device_authorization",
]);

export function validateClients(provider: Provider, sites: Pick<SiteRegistry, "find">): void {
  // Registrations hold the hash of a secret, so the presented secret is hashed before the comparison.
  replaceMember(
    provider,
    "Client.prototype.compareClientSecret",
    () =>
      function compare(presented) {
        return isEqual(createHash("sha256").update(presented).digest("hex"), this.clientSecret ?? "");
      },
  );
  // RFC 6749, 5.2 has its own error for a grant that is not registered.
  replaceMember(
    provider,
    "Client.prototype.grantTypeAllowed",
    (isAllowed) =>
      function allowed(grant) {
        if (isAllowed.call(this, grant)) return true;
        const { oidc } = currentContext() ?? {};
        if (oidc?.route === "token" && oidc.params?.grant_type === grant)
          throw new errors.UnauthorizedClient("this grant is not registered for this client");
        return false;
      },
  );
  // The hub notifies sites by its own queue, with retries, for CAS and OpenID Connect alike (docs/decisions/0009).
  replaceMember(provider, "Client.prototype.backchannelLogout", () => async () => {});
  // Also for sites without back-channel logout: they ask with it whether the session is still alive.
  replaceMember(provider, "Client.prototype.includeSid", () => () => true);
  rememberClients(provider, sites);
  requireRegisteredMethod(provider);
}

/** Reuses the client of an unchanged registration; oidc-provider would validate and hash it on every request. */
function rememberClients(provider: Provider, sites: Pick<SiteRegistry, "find">): void {
  const clients = new WeakMap<RegisteredSite, Client>();
  replaceMember(
    provider,
    "Client.find",
    (find) =>
      async function remembered(id) {
        const site = sites.find(id);
        const known = site && clients.get(site);
        if (known !== undefined) return known;
        const found = await find.call(this, id);
        // The registration may have been replaced meanwhile.
        if (site !== undefined && found !== undefined && sites.find(id) === site) clients.set(site, found);
        return found;
      },
  );
}

/**
 * Checks a site when an endpoint looks it up, before its secret or key is verified. oidc-provider alone accepts a secret
 * in the header and in the body, and lets a public client introspect tokens.
 *
 * @see RFC 6749, section 2.3; RFC 7591, section 2 (token_endpoint_auth_method); RFC 7662, section 2.1
 */
function requireRegisteredMethod(provider: Provider): void {
  replaceMember(
    provider,
    "Client.find",
    (find) =>
      async function judged(id) {
        const client = await find.call(this, id);
        const ctx = currentContext();
        // Introspection also looks up the token's site, after the requesting site is known.
        if (client !== undefined && ctx !== undefined && ctx.oidc.entities.Client === undefined)
          judgeMethod(client, ctx);
        return client;
      },
  );
}

function judgeMethod(client: Client, ctx: KoaContextWithOIDC): void {
  const { route } = ctx.oidc;
  if (!authenticated.has(route)) return;
  const registered = client.tokenEndpointAuthMethod;
  if (methodOf(ctx) !== registered)
    throw refusal(`this client is registered with ${registered} and used another authentication method`);
  if (route === "introspection" && registered === "none")
    throw refusal("a client without authentication cannot introspect tokens");
}

/** The authentication method of a request, in oidc-provider's order of precedence. */
function methodOf({ oidc: { params }, headers }: KoaContextWithOIDC): string {
  if (params?.client_secret) return "client_secret_post";
  if (headers.authorization !== undefined) return "client_secret_basic";
  return params?.client_assertion === undefined ? "none" : "private_key_jwt";
}

function refusal(description: string): errors.InvalidClientAuth {
  const error = new errors.InvalidClientAuth(description);
  error.error_description = description;
  return error;
}
