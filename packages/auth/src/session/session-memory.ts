import { BoundedMap } from "./bounded-map.ts";
import type { Asked, EndReason } from "./session-check.ts";

/** What this process knows about one sign-in. */
export interface RememberedSession {
  /** When the hub last said that it lives. */
  aliveAt: number;
  /** When she proved who she is, as the hub last said it; null when it has not. By this machine's clock. */
  provedAt: number | null;
  /** When activity was last reported. */
  reportedAt: number;
  /** It is over, for good. */
  ended: RememberedEnd | null;
  /** Questions under way, shared by those who ask meanwhile. */
  asking: Promise<Asked> | null;
  reporting: Promise<Asked> | null;
}

/** The end of a sign-in. */
export interface RememberedEnd {
  /** `null` until the hub has said why. */
  reason: EndReason | null;
  idleSeconds: number | null;
  /** Time at which this process learned of the end, in milliseconds. */
  readonly heardAt: number;
  /** Time at which a page first showed the reason; `null`: not yet. */
  toldAt: number | null;
}

/** Groups of a user with too many for the cookie, from the hub's last answer. */
export interface RememberedGroups {
  readonly names: readonly string[];
  readonly at: number;
}

/** The sign-ins that a process has issued or seen. Lost at a restart; the hub is asked then. */
export interface SessionMemory {
  /** The sign-in's entry, made if there is none. For indexes from our own sealed cookies only. */
  of(sessionIndex: string): RememberedSession;
  /** Marks a known sign-in as over; an unknown one leaves no trace. */
  end(sessionIndex: string, now: number): void;
  groupsOf(sessionIndex: string): RememberedGroups | null;
  keepGroups(sessionIndex: string, groups: RememberedGroups): void;
}

const mostSessions = 20_000;
/** Fewer, because each is a long list; a dropped list is requested again. */
const mostGroupLists = 1_000;
const key = Symbol.for("gatehouse.auth.session-memory");

interface Remembered {
  readonly sessions: BoundedMap<string, RememberedSession>;
  readonly groups: BoundedMap<string, RememberedGroups>;
}

/**
 * The memory of a site, one for the whole process.
 *
 * On `globalThis`, because Next.js bundles routes, pages and the proxy apart and each
 * bundle has its own copy of this module; a logout received by one has to reach all.
 */
export function sessionMemory(siteId: string): SessionMemory {
  const holder = globalThis as { [key]?: Map<string, Remembered> };
  holder[key] ??= new Map();
  const remembered = holder[key].get(siteId) ?? {
    sessions: new BoundedMap(mostSessions),
    groups: new BoundedMap(mostGroupLists),
  };
  holder[key].set(siteId, remembered);
  const { sessions, groups } = remembered;
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
    end(sessionIndex, now) {
      const known = sessions.get(sessionIndex);
      if (known) known.ended ??= { reason: null, idleSeconds: null, heardAt: now, toldAt: null };
    },
    groupsOf: (sessionIndex) => groups.get(sessionIndex) ?? null,
    keepGroups: (sessionIndex, list) => groups.set(sessionIndex, list),
  };
}
