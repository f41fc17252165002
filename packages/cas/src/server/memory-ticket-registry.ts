import { ticketHash } from "./ticket-hash.ts";
import type { Principal, ServiceTicket, Spent, TicketRegistry } from "./ticket-registry.ts";

/** A registry that can also say which sites live from a session. */
export interface MemoryTicketRegistry extends TicketRegistry {
  /** Session indexes (spent tickets) of the sites that a session signed in to, oldest first. */
  sessionIndexes(sessionId: string): readonly string[];
  /** All that is kept of tickets waiting to be spent. */
  dump(): string;
}

type Waiting = Omit<ServiceTicket, "id" | "lifeSeconds"> & { readonly expiresAt: number };

/**
 * Keeps tickets in this process, for tests and for trying the protocol out: what is never spent is never
 * forgotten, and a restart forgets the rest.
 *
 * @param surroundings.clock what time it is
 * @param surroundings.principalOf who a living session belongs to; `null` when it has ended
 * @see CAS protocol 3.0.3, section 3.1.1
 */
export function createMemoryTicketRegistry(surroundings: {
  readonly clock: () => Date;
  readonly principalOf: (sessionId: string) => Principal | null;
}): MemoryTicketRegistry {
  const { clock, principalOf } = surroundings;
  const waiting = new Map<string, Waiting>();
  const sessionIndexes = new Map<string, string[]>();

  return {
    async issue({ id, lifeSeconds, ...ticket }) {
      if (!(lifeSeconds > 0 && lifeSeconds <= 300)) {
        throw new RangeError("A service ticket lives more than 0 and at most 300 seconds.");
      }
      waiting.set(await ticketHash(id), { ...ticket, expiresAt: clock().getTime() + lifeSeconds * 1000 });
    },

    async consume(id, conditions) {
      const key = await ticketHash(id);
      // From here on nothing is awaited: between get and delete no other spend can come.
      const ticket = waiting.get(key);
      waiting.delete(key);
      if (ticket === undefined) return { outcome: "unknown" };
      const spent = judge(ticket, conditions, clock(), principalOf);
      if (spent.outcome === "valid") {
        sessionIndexes.set(ticket.sessionId, [...(sessionIndexes.get(ticket.sessionId) ?? []), id]);
      }
      return spent;
    },

    sessionIndexes: (sessionId) => sessionIndexes.get(sessionId) ?? [],
    dump: () => JSON.stringify([...waiting]),
  };
}

function judge(
  ticket: Waiting,
  conditions: { readonly service: string; readonly renew: boolean },
  now: Date,
  principalOf: (sessionId: string) => Principal | null,
): Spent {
  const { siteId, sessionId, fromNewLogin, proxies } = ticket;
  if (now.getTime() >= ticket.expiresAt) return { outcome: "expired" };
  if (ticket.service !== conditions.service) return { outcome: "other-service" };
  if (conditions.renew && !fromNewLogin) return { outcome: "not-from-credentials" };
  const principal = principalOf(sessionId);
  return principal === null
    ? { outcome: "session-ended" }
    : { outcome: "valid", siteId, sessionId, fromNewLogin, proxies, principal };
}
