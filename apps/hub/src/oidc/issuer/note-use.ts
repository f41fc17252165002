import type Provider from "oidc-provider";
import type { Hub } from "../../hub.ts";

/**
 * Records token responses of third-party sites as uses of the consent, for the account page. The response does not wait
 * for it: a lost record only makes "last used" on that page outdated.
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
