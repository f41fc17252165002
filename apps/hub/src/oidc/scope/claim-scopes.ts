/**
 * Scopes of the issuer and their claims. A claim requested by name counts as a request for its scope: it is released only
 * if the registration lists the scope and the user did not decline it.
 *
 * @see OpenID Connect Core 1.0, sections 5.4 and 5.5
 */
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import type { KoaContextWithOIDC } from "../issuer/provider.ts";

export interface ScopeNeeds {
  readonly sites: Pick<SiteRegistry, "find">;
}

/** Scopes of the issuer itself. */
export const ownScopes: readonly string[] = ["openid", "profile", "email", "groups", "offline_access"];

/** Claims that each of the issuer's own scopes releases. */
export const claimsOfScope: Readonly<Record<string, readonly string[]>> = {
  profile: ["name", "preferred_username", "picture"],
  email: ["email", "email_verified"],
  groups: ["groups"],
};

/** The scopes that release these claims; claims about the sign-in itself have none. */
export function scopesOfClaims(claims: Iterable<string>): readonly string[] {
  const asked = new Set(claims);
  return Object.entries(claimsOfScope).flatMap(([scope, its]) =>
    its.some((claim) => asked.has(claim)) ? [scope] : [],
  );
}

/** The scopes of a site's registration. */
export function registeredScopes({ sites }: ScopeNeeds, siteId: string | undefined): readonly string[] {
  return sites.find(siteId ?? "")?.oidc?.scopes ?? [];
}

/** The user's claims that the requesting site may receive. */
export function releasable<Claims extends object>(
  needs: ScopeNeeds,
  { oidc: { grant, client } }: KoaContextWithOIDC,
  claims: Claims,
): Partial<Claims> {
  const granted = new Set(grant?.getOIDCScope().split(" "));
  const released = registeredScopes(needs, client?.clientId)
    .filter((scope) => granted.has(scope))
    .flatMap((scope) => claimsOfScope[scope] ?? []);
  return Object.fromEntries(
    Object.entries(claims).filter(([claim]) => released.includes(claim)),
  ) as Partial<Claims>;
}
