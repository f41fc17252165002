/** Accounts as oidc-provider sees them. */

import type { Hub } from "../../hub.ts";
import { releasable } from "../scope/claim-scopes.ts";
import { currentArtifacts, currentSession } from "../store/request-context.ts";
import type { Account, AccountClaims, KoaContextWithOIDC } from "./provider.ts";

/** A disabled or deleted user has no account: no token of theirs is renewed or answered for. */
export async function findAccount(
  hub: Pick<Hub, "database" | "sites">,
  ctx: KoaContextWithOIDC,
  id: string,
): Promise<Account | undefined> {
  const session = currentSession();
  const known = session?.person.id === id ? session.person : currentArtifacts()?.person(id);
  const person = known ?? (await hub.database.people.findById(id));
  if (person === null || person.disabled) return undefined;
  const all = {
    name: person.name,
    preferred_username: person.username,
    email: person.email,
    groups: [...person.groups],
  };
  return {
    accountId: id,
    claims: async (use, _scope, requested) => {
      const released = releasable(hub, ctx, all);
      const carried = use === "id_token" ? carriedByIdToken(hub, ctx, released, requested) : released;
      return { sub: id, ...carried } satisfies AccountClaims;
    },
  };
}

/**
 * Claims in an ID token: all released claims, or only those requested by name, as the registration says. A token for an
 * API does not open userinfo, so the ID token may be the only source of the claims.
 *
 * @see OpenID Connect Core 1.0, sections 5.4 and 5.5
 */
function carriedByIdToken<Claims extends object>(
  { sites }: Pick<Hub, "sites">,
  { oidc }: KoaContextWithOIDC,
  released: Claims,
  requested: Readonly<Record<string, unknown>>,
): Partial<Claims> {
  const site = sites.find(oidc.client?.clientId ?? "");
  if (site?.oidc?.idTokenClaims !== "requested" || oidc.accessToken?.aud !== undefined) return released;
  return Object.fromEntries(
    Object.entries(released).filter(([claim]) => Object.hasOwn(requested, claim)),
  ) as Partial<Claims>;
}
