import type { ProxyGrantingTicket, ProxyGrantingTicketRegistry } from "./proxy-granting-ticket-registry.ts";
import { ticketHash } from "./ticket-hash.ts";

/** A registry that can also show what it keeps. */
export interface MemoryProxyGrantingTicketRegistry extends ProxyGrantingTicketRegistry {
  dump(): string;
}

/**
 * Keeps proxy-granting tickets in this process, for tests and for trying the protocol out: what is granted is
 * never forgotten, and a restart forgets it all.
 *
 * @param surroundings.isAlive whether a central session lives
 * @see CAS protocol 3.0.3, section 3.3
 */
export function createMemoryProxyGrantingTicketRegistry(surroundings: {
  readonly isAlive: (sessionId: string) => boolean;
}): MemoryProxyGrantingTicketRegistry {
  const granted = new Map<string, Omit<ProxyGrantingTicket, "id">>();
  return {
    async grant({ id, ...ticket }) {
      const key = await ticketHash(id);
      if (!surroundings.isAlive(ticket.sessionId)) return false;
      granted.set(key, ticket);
      return true;
    },
    async find(id) {
      const ticket = granted.get(await ticketHash(id));
      return ticket !== undefined && surroundings.isAlive(ticket.sessionId) ? ticket : null;
    },
    dump: () => JSON.stringify([...granted]),
  };
}
