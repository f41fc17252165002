/** Who somebody is, to oidc-provider. */
import type { Account, KoaContextWithOIDC } from "oidc-provider";
import type { Hub } from "../hub.ts";
import { currentArtifacts, currentSession } from "./central-session-view.ts";
import { releasable } from "./claim-scopes.ts";

/** Whoever is disabled or gone has no account: none of her tokens is renewed or answered for. */
export async function findAccount(
  hub: Pick<Hub, "database" | "sites">,
  ctx: KoaContextWithOIDC,
  id: string,
): Promise<Account | undefined> {
  const session = currentSession();
  const known = session?.person.id === id ? session.person : currentArtifacts()?.person(id);
  const person = known ?? (await hub.database.people.findById(id));
  if (person === null || person.disabled) return undefined;
  return {
    accountId: id,
    claims: async () => ({
      sub: id,
      ...releasable(hub, ctx, {
        name: person.name,
        preferred_username: person.username,
        email: person.email,
        email_verified: false,
        groups: [...person.groups],
      }),
    }),
  };
}
