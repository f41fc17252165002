/**
 * Notifies sites that a session has ended. The statement that ends a session also queues its messages; the dispatcher
 * sends them, after restarts too, until each site has answered or a day has passed.
 */
import type { DeliveryOutcome, LogoutDelivery, LogoutDeliveryStore } from "@gatehouse/database";
import type { Log, LogLine } from "../log.ts";
import { type Outbound, OutboundError } from "../outbound/outbound.ts";
import { createDispatcher, type Dispatcher } from "../outbox/dispatcher.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { logoutMessage, type SignLogoutToken } from "./logout-message.ts";

export type LogoutDispatcher = Dispatcher;

/** Seconds between attempts, a day in all; after the last one the message is dropped. */
const pauses = [2, 10, 60, 300, 900, 3600, 7200, 14_400, 28_800, 28_800];
/** Maximum number of concurrent posts. */
const most = 64;
/** Maximum per site, so that a site that does not answer cannot delay the others. */
const mostOfSite = 8;
/** Longer than one attempt may take. */
const leaseSeconds = 15;

export function createLogoutDispatcher(options: {
  readonly deliveries: LogoutDeliveryStore;
  readonly sites: Pick<SiteRegistry, "find">;
  readonly outbound: Outbound;
  readonly clock: () => Date;
  readonly signLogoutToken: SignLogoutToken;
  readonly log: Log;
}): LogoutDispatcher {
  const { deliveries, log } = options;

  async function tell(delivery: LogoutDelivery): Promise<void> {
    const { fix, ...outcome } = await attempt(delivery, options);
    await deliveries.record(delivery.id, outcome);
    const line: LogLine = {
      event: "logout.tried",
      site: delivery.siteId,
      delivery: delivery.id,
      ...outcome,
      attempt: delivery.attempts + 1,
      ...(fix !== undefined && { fix }),
    };
    if (outcome.delivered) log.info(line, "site told of sign-out");
    else log.warn(line, "site not told of sign-out");
  }

  return createDispatcher({
    name: "logout",
    most,
    claim: (limit, underWay) =>
      deliveries.claim(limit, leaseSeconds, {
        most: mostOfSite,
        underWay: underWay.map(({ siteId }) => siteId),
      }),
    deliver: tell,
    holdsBack: ({ siteId }, underWay) =>
      underWay.filter((other) => other.siteId === siteId).length >= mostOfSite,
    log,
  });
}

/** One POST to one site. */
async function attempt(
  delivery: LogoutDelivery,
  {
    sites,
    outbound,
    clock,
    signLogoutToken,
  }: {
    readonly sites: Pick<SiteRegistry, "find">;
    readonly outbound: Outbound;
    readonly clock: () => Date;
    readonly signLogoutToken: SignLogoutToken;
  },
): Promise<DeliveryOutcome & { readonly fix?: string | undefined }> {
  const started = performance.now();
  const { detail, delivered, final, fix } = await post();
  const milliseconds = Math.round(performance.now() - started);
  const retryInSeconds = delivered || final ? undefined : pauses[delivery.attempts];
  return { delivered, detail, milliseconds, retryInSeconds, fix };

  async function post(): Promise<{
    detail: string;
    delivered: boolean;
    final?: boolean;
    fix?: string | undefined;
  }> {
    const site = sites.find(delivery.siteId);
    if (site === undefined) return { detail: "site no longer registered", delivered: false, final: true };
    const message = await logoutMessage(site, delivery, clock, signLogoutToken);
    if ("none" in message) return { detail: message.none, delivered: false, final: true };
    try {
      const { status } = await outbound.postForm(message.url, message.body, {});
      return { detail: String(status), delivered: status >= 200 && status < 300 };
    } catch (error) {
      if (error instanceof OutboundError) return { detail: error.code, delivered: false, fix: error.advice };
      throw error;
    }
  }
}
