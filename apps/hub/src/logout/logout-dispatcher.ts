/**
 * Notifies sites that a session has ended. The statement that ends a session also queues its messages; the dispatcher
 * sends them, after restarts too, until each site has answered or a day has passed.
 */
import type { DeliveryOutcome, LogoutDelivery, LogoutDeliveryStore } from "@gatehouse/database";
import type { Log } from "../log.ts";
import { type Outbound, OutboundError } from "../outbound/outbound.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { logoutMessage, type SignLogoutToken } from "./logout-message.ts";

export interface LogoutDispatcher {
  /** Starts reading the queue. Never throws and never waits, because it is called after a response has been sent. */
  readonly wake: () => void;
  /** Resolves when no message is due and every due one has been tried. */
  drain(): Promise<void>;
  /** Stops, and waits for requests in progress. */
  close(): Promise<void>;
}

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
  /** Requests in progress, with their sites. A slow site delays only its own messages. */
  const underWay = new Map<Promise<void>, string>();
  let closed = false;
  let claiming: Promise<void> | undefined;
  let again = false;

  /** Claims and starts due messages until none is left, except for sites that have reached their maximum. */
  async function claim(): Promise<void> {
    do {
      again = false;
      let claimed = most;
      while (claimed > 0 && !closed) {
        if (underWay.size === most) await Promise.race(underWay.keys());
        const share = { most: mostOfSite, underWay: [...underWay.values()] };
        const due = await deliveries.claim(most - underWay.size, leaseSeconds, share);
        for (const delivery of due) begin(delivery);
        claimed = due.length;
      }
    } while (again && !closed);
  }

  function begin(delivery: LogoutDelivery): void {
    const telling = tell(delivery)
      .catch((error) => log.error({ err: error, delivery: delivery.id }, "sign-out told, not recorded"))
      .finally(() => {
        const isFull = [...underWay.values()].filter((site) => site === delivery.siteId).length >= mostOfSite;
        underWay.delete(telling);
        if (isFull) wake();
      });
    underWay.set(telling, delivery.siteId);
  }

  async function tell(delivery: LogoutDelivery): Promise<void> {
    const { fix, ...outcome } = await attempt(delivery, options);
    await deliveries.record(delivery.id, outcome);
    const line = {
      event: "logout.told",
      site: delivery.siteId,
      delivery: delivery.id,
      ...outcome,
      attempt: delivery.attempts + 1,
      ...(fix !== undefined && { fix }),
    };
    if (outcome.delivered) log.info(line, "site told of sign-out");
    else log.warn(line, "site not told of sign-out");
  }

  function look(): Promise<void> {
    again = true;
    claiming ??= claim().finally(() => {
      claiming = undefined;
    });
    return claiming;
  }

  function wake(): void {
    if (!closed) look().catch((error) => log.error({ err: error }, "logout queue not read; will retry soon"));
  }

  return {
    wake,
    async drain() {
      for (await look(); underWay.size > 0; await look()) await Promise.all(underWay.keys());
    },
    async close() {
      closed = true;
      await claiming?.catch(() => undefined);
      await Promise.all(underWay.keys());
    },
  };
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
