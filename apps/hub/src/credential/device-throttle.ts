/** Throttles guessing of device codes, and devices that poll too often. */
import { createHash } from "node:crypto";
import type { RateLimitStore } from "@gatehouse/database";
import { network } from "./sign-in-throttle.ts";

export interface DeviceThrottle {
  /** @returns 0 when a code may be tried, else the seconds to wait */
  enter(from: { readonly sessionId: string; readonly address: string }): Promise<number>;
  /** Whether a device polls again before its interval is over. */
  isTooSoon(deviceCode: string): Promise<boolean>;
}

/**
 * A code is one of 20^8. The hub gives devices an interval of 5 seconds; one second less allows for latency.
 *
 * @see RFC 8628, sections 3.5 and 5.1
 */
const limits = {
  session: { points: 10, duration: 15 * 60 },
  address: { points: 50, duration: 15 * 60 },
  poll: { points: 1, duration: 4 },
} as const;

/** @param counts whether typed codes are counted (`LOGIN_THROTTLE`) */
export function createDeviceThrottle(rateLimits: RateLimitStore, counts: boolean): DeviceThrottle {
  const session = rateLimits.createLimiter("device-session", limits.session);
  const address = rateLimits.createLimiter("device-address", limits.address);
  const poll = rateLimits.createLimiter("device-poll", limits.poll);
  return {
    async enter(from) {
      if (!counts) return 0;
      // Count per session first, so that one session cannot use up the network's quota.
      return (await session.consume(from.sessionId)) || address.consume(network(from.address));
    },
    isTooSoon: async (deviceCode) => {
      const key = createHash("sha256").update(deviceCode).digest("hex").slice(0, 32);
      return (await poll.consume(key)) > 0;
    },
  };
}
