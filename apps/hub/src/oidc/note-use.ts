import type Provider from "oidc-provider";
import type { Hub } from "../hub.ts";

/**
 * Tokens that a third-party site gets are a use of what the user allowed, which the account page tells. Written beside
 * the answer, which does not wait for it: a use that is not written costs a line on that page.
 */
export function noteUses(
  provider: Provider,
  { database, sites, log }: Pick<Hub, "database" | "sites" | "log">,
): void {
  provider.on("grant.success", ({ oidc: { account, client } }) => {
    if (account === undefined || client === undefined || sites.find(client.clientId)?.firstParty !== false)
      return;
    database.consents
      .touch(account.accountId, client.clientId, "")
      .catch((error) => log.error({ err: error }, "use of a consent not written"));
  });
}
