import { BoundedMap } from "./bounded-map.ts";
import type { EndReason, Standing } from "./session-check.ts";

/** What this process knows about one sign-in. */
export interface RememberedSession {
  /** When the hub last said that it lives. */
  aliveAt: number;
  /** When she proved who she is, as the hub last said it; null when it has not. By this machine's clock. */
  provedAt: number | null;
  /** When activity was last reported. */
  reportedAt: number;
  /** It is over, for good. `null` until the hub has said why. */
  ended: { reason: EndReason | null; idleSeconds: number | null } | null;
  /** Questions under way, shared by those who ask meanwhile. */
  asking: Promise<Standing> | null;
  reporting: Promise<Standing> | null;
}

/** The sign-ins that a process has issued or seen. Lost at a restart; the hub is asked then. */
export interface SessionMemory {
  /** The sign-in's entry, made if there is none. For indexes from our own sealed cookies only. */
  of(sessionIndex: string): RememberedSession;
  /** Marks a known sign-in as over; an unknown one leaves no trace. */
  end(sessionIndex: string): void;
}

const mostSessions = 20_000;
const key = Symbol.for("gatehouse.auth.session-memory");

/**
 * The memory of a site, one for the whole process.
 *
 * On `globalThis`, because Next.js bundles routes, pages and the proxy apart and each
 * bundle has its own copy of this module; a logout received by one has to reach all.
 */
export function sessionMemory(siteId: string): SessionMemory {
  const holder = globalThis as { [key]?: Map<string, BoundedMap<string, RememberedSession>> };
  holder[key] ??= new Map();
  const sites = holder[key];
  const sessions = sites.get(siteId) ?? new BoundedMap<string, RememberedSession>(mostSessions);
  sites.set(siteId, sessions);
  return {
    of(sessionIndex) {
      const known = sessions.get(sessionIndex);
      if (known) return known;
      const never = Number.NEGATIVE_INFINITY;
      const fresh: RememberedSession = {
        aliveAt: never,
        provedAt: null,
        reportedAt: never,
        ended: null,
        asking: null,
        reporting: null,
      };
      sessions.set(sessionIndex, fresh);
      return fresh;
    },
    end(sessionIndex) {
      const known = sessions.get(sessionIndex);
      if (known) known.ended ??= { reason: null, idleSeconds: null };
    },
  };
}
