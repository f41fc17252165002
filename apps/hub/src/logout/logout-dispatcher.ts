/**
 * Tells the sites that a sign-in is over. The statement that ends a session has already queued what is to
 * be told; this empties the queue, now and after every restart, until each site has answered or a day
 * has gone by.
 */
import type { DeliveryOutcome, LogoutDelivery, LogoutDeliveryStore } from "@gatehouse/database";
import type { Log } from "../log.ts";
import { type Outbound, OutboundError } from "../outbound/outbound.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { logoutMessage, type SignLogoutToken } from "./logout-message.ts";

export interface LogoutDispatcher {
  /** Looks at the queue soon. Never throws, never waits: called after an answer has gone out. */
  readonly wake: () => void;
  /** Looks at the queue until nothing is due and what was due has been tried. */
  drain(): Promise<void>;
  /** Stops looking and waits for what is under way. */
  close(): Promise<void>;
}

/** Seconds between attempts; after the last the message is given up. A day in all. */
const pauses = [2, 10, 60, 300, 900, 3600, 7200, 14_400, 28_800, 28_800];
/** Posts under way at once. */
const most = 64;
/** Of these to one site: those of a site that hangs leave room for everybody else's. */
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
  /** With the site of each. A site that keeps the hub waiting holds up its own messages alone. */
  const underWay = new Map<Promise<void>, string>();
  let closed = false;
  let claiming: Promise<void> | undefined;
  let again = false;

  /** Claims what is due and begins to tell it, until nothing is due but to sites that have their share under way. */
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
    if (!closed)
      look().catch((error) => log.error({ err: error }, "logout queue not read; tried again soon"));
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
