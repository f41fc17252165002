/**
 * Refresh tokens. oidc-provider removes `offline_access` from requests without `prompt=consent`. First-party sites show no
 * consent page, so the hub adds it again for them; their refresh tokens then end with the session.
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

/** The hub adds the scope after oidc-provider's own checks, so it checks grants and scopes of the registration here. */
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
