/**
 * Refresh tokens. oidc-provider honours `offline_access` only with `prompt=consent`. Nobody is asked for first-party sites, so
 * the hub honours it for them without; the refresh token then ends with the session.
 *
 * @see OpenID Connect Core 1.0, section 11
 */
import { decodeJwt } from "jose";
import type { RegisteredOidc } from "../../site-registry/registered-oidc.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import type { KoaContextWithOIDC } from "./provider.ts";

/** A code, or the code of a device, for which tokens are issued. */
interface Code {
  readonly kind: string;
  readonly scopes: ReadonlySet<string>;
}

/** Requests `offline_access` again where oidc-provider has removed it from the request of a first-party site. */
export function keepOfflineAccess(
  { method, query, oidc }: KoaContextWithOIDC,
  sites: Pick<SiteRegistry, "find">,
): void {
  const { client, entities, params = {} } = oidc;
  const site = sites.find(client?.clientId ?? "");
  if (site?.oidc === undefined || !site.firstParty || !mayRefresh(site.oidc)) return;
  const pushed = entities.PushedAuthorizationRequest?.request;
  const sent = pushed === undefined ? (method === "POST" ? oidc.body : query) : decodeJwt(pushed);
  const now = scopesIn(params.scope);
  if (!scopesIn(sent?.scope).includes("offline_access") || now.includes("offline_access")) return;
  params.scope = [...now, "offline_access"].join(" ");
}

/** oidc-provider has checked the scopes before they are added to. */
function mayRefresh({ grants, scopes }: Pick<RegisteredOidc, "grants" | "scopes">): boolean {
  return grants.includes("refresh_token") && scopes.includes("offline_access");
}

/**
 * Whether the tokens of a code stay valid after the session: the user was asked and allowed it, on the page of a device or of
 * a request.
 */
export function outlivesSession({ oidc }: KoaContextWithOIDC, { kind, scopes }: Code): boolean {
  if (!scopes.has("offline_access")) return false;
  return kind === "DeviceCode" || oidc.prompts.has("consent") || oidc.result?.consent?.grantId !== undefined;
}

function scopesIn(scope: unknown): readonly string[] {
  return typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
}
