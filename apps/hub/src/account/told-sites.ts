/** Results of telling sites that sessions have ended, in sentences for the account page. */
import { setTimeout as pause } from "node:timers/promises";
import type { LogoutDeliveryStore } from "@gatehouse/database";
import { receivesLogout } from "../logout/logout-message.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface ToldSitesNeeds {
  readonly logoutDeliveries: Pick<LogoutDeliveryStore, "listOf">;
  readonly sites: Pick<SiteRegistry, "find">;
}

type Delivery = Awaited<ReturnType<LogoutDeliveryStore["listOf"]>>[number];

/** Most sites answer within 50 ms, and the page is there to say so. */
const longestWait = 600;
const stepMilliseconds = 40;

/**
 * "Corner Shop was told in 12 ms." for each site of the ended sessions. Waits up to 600 ms for the first answer of each.
 *
 * @param sessionIds ended sessions of the user
 */
export async function describeToldSites(
  needs: ToldSitesNeeds,
  sessionIds: readonly string[],
): Promise<string> {
  const read = async () =>
    (await Promise.all(sessionIds.map((id) => needs.logoutDeliveries.listOf(id)))).flat();
  let deliveries = await read();
  for (let waited = 0; waited < longestWait && deliveries.some(isUntried); waited += stepMilliseconds) {
    await pause(stepMilliseconds);
    deliveries = await read();
  }
  return [...Map.groupBy(deliveries, ({ siteId }) => siteId)]
    .map(([siteId, ofSite]) => describeSite(needs, siteId, ofSite))
    .join(" ");
}

function isUntried({ state, detail }: Delivery): boolean {
  return state === "pending" && detail === "";
}

function describeSite({ sites }: ToldSitesNeeds, siteId: string, deliveries: readonly Delivery[]): string {
  const site = sites.find(siteId);
  const name = site?.name ?? siteId;
  if (deliveries.some(isUntried)) return `${name} is being told.`;
  if (deliveries.some(({ state }) => state === "pending"))
    return `${name} did not answer; Gatehouse keeps trying.`;
  if (deliveries.every(({ state }) => state === "delivered")) {
    const times = deliveries.map(({ milliseconds }) => milliseconds ?? 0);
    return `${name} was told in ${Math.max(...times)} ms.`;
  }
  const isReached = site !== undefined && deliveries.every((delivery) => receivesLogout(site, delivery));
  return isReached
    ? `${name} could not be told.`
    : `${name} cannot be told, and may keep you signed in there for a while.`;
}
