/** Accounts of oidc-provider, which are the hub's users. */

import type { PersonStore } from "@gatehouse/database";
import type { Settings } from "../../settings/env.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { releasable } from "../scope/claim-scopes.ts";
import { currentArtifacts, currentSession } from "../store/request-context.ts";
import type { Account, AccountClaims, KoaContextWithOIDC } from "./provider.ts";

export interface AccountNeeds {
  readonly people: Pick<PersonStore, "findById">;
  readonly sites: Pick<SiteRegistry, "find">;
  readonly settings: Pick<Settings, "hubUrl">;
}

/** Disabled and deleted users have no account: their tokens are neither refreshed nor valid. */
export async function findAccount(
  needs: AccountNeeds,
  ctx: KoaContextWithOIDC,
  id: string,
): Promise<Account | undefined> {
  const session = currentSession();
  const known = session?.person.id === id ? session.person : currentArtifacts()?.person(id);
  const person = known ?? (await needs.people.findById(id));
  if (person === null || person.disabled) return undefined;
  const all = {
    name: person.name,
    preferred_username: person.username,
    ...(person.picture !== null && { picture: `${needs.settings.hubUrl}/pictures/${person.picture}` }),
    email: person.email,
    // Absent rather than false: clients that ask for a verified address read false as a refusal of the user.
    ...(person.emailVerified && { email_verified: true }),
    groups: [...person.groups],
  };
  return {
    accountId: id,
    claims: async (use, _scope, requested) => {
      const released = releasable(needs, ctx, all);
      const carried = use === "id_token" ? carriedByIdToken(needs, ctx, released, requested) : released;
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
  { sites }: Pick<AccountNeeds, "sites">,
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
