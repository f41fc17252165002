/** Slows down guessing codes of devices, and devices that ask too often. */
import { createHash } from "node:crypto";
import type { RateLimitStore } from "@gatehouse/database";
import { network } from "./network.ts";

export interface DeviceThrottle {
  /** @returns 0 when a code may be tried, else the seconds to wait */
  enter(from: { readonly sessionId: string; readonly address: string }): Promise<number>;
  /** Whether a device asks again before its interval is over. */
  isTooSoon(deviceCode: string): Promise<boolean>;
}

/**
 * A code is one of 20^8. The interval that a device is told is 5 seconds; one less leaves room for the way.
 *
 * @see RFC 8628, sections 3.5 and 5.1
 */
const limits = {
  session: { points: 10, duration: 15 * 60 },
  address: { points: 50, duration: 15 * 60 },
  poll: { points: 1, duration: 4 },
} as const;

/** @param counts whether codes that people type are counted (`LOGIN_THROTTLE`) */
export function createDeviceThrottle(rateLimits: RateLimitStore, counts: boolean): DeviceThrottle {
  const session = rateLimits.createLimiter("device-session", limits.session);
  const address = rateLimits.createLimiter("device-address", limits.address);
  const poll = rateLimits.createLimiter("device-poll", limits.poll);
  return {
    async enter(from) {
      if (!counts) return 0;
      // The narrow counter first: what it refuses uses up nothing of an office.
      return (await session.consume(from.sessionId)) || address.consume(network(from.address));
    },
    isTooSoon: async (deviceCode) => {
      const key = createHash("sha256").update(deviceCode).digest("hex").slice(0, 32);
      return (await poll.consume(key)) > 0;
    },
  };
}
