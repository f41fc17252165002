import { LRUCache } from "lru-cache";
import type { Acr } from "./acr.ts";
import type { CheckResult, RememberedEnd } from "./standing.ts";

/** This process's knowledge of one sign-in. Times are in milliseconds by this machine's clock. */
export interface RememberedSession {
  /** Time of the hub's last answer that the session is active. */
  aliveAt: number;
  /** Time of the user's last authentication, from the hub's last answer; null: the hub has not said. */
  provedAt: number | null;
  /** Strength of the sign-in, from the hub's last answer; null: the hub has not said. */
  acr: Acr | null;
  /** Time of the last report of activity. */
  reportedAt: number;
  /** The end of the session; final for every cookie until a new sign-in with the same index. */
  ended: RememberedEnd | null;
  /** Pending questions, shared by all who ask meanwhile. */
  asking: Promise<CheckResult> | null;
  reporting: Promise<CheckResult> | null;
}

/** Groups of a user with too many for the cookie, from the hub's last answer. */
export interface RememberedGroups {
  readonly names: readonly string[];
  readonly at: number;
}

/** The sign-ins that a process has issued or seen. Lost at a restart; then the hub is asked. */
export interface SessionMemory {
  /** The entry of a sign-in, made if there is none. Only for indexes from the site's own sealed cookies. */
  of(sessionIndex: string): RememberedSession;
  /** Marks a known sign-in as ended; an unknown one leaves no trace. */
  end(sessionIndex: string, now: number): void;
  /**
   * Forgets an end, after a new sign-in with the same index: by OpenID Connect a central session keeps its `sid`, so a
   * sign-out that the hub did not complete would refuse every later sign-in. The hub is asked before anybody is signed in.
   */
  forgetEnd(sessionIndex: string): void;
  groupsOf(sessionIndex: string): RememberedGroups | null;
  keepGroups(sessionIndex: string, groups: RememberedGroups): void;
}

const maxSessions = 20_000;
/** Fewer, because each is a long list; a dropped list is requested again. */
const maxGroupLists = 1_000;
const key = Symbol.for("gatehouse.auth.session-memory");

interface Remembered {
  readonly sessions: LRUCache<string, RememberedSession>;
  readonly groups: LRUCache<string, RememberedGroups>;
}

/**
 * The memory of a site, one per process.
 *
 * On `globalThis`, because Next.js bundles routes, pages and the proxy separately, each with its own copy of this module.
 * A logout received by one bundle has to reach all.
 */
export function sessionMemory(siteId: string): SessionMemory {
  const holder = globalThis as { [key]?: Map<string, Remembered> };
  holder[key] ??= new Map();
  const remembered = holder[key].get(siteId) ?? {
    sessions: new LRUCache({ max: maxSessions }),
    groups: new LRUCache({ max: maxGroupLists }),
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
        acr: null,
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
    forgetEnd(sessionIndex) {
      // The whole entry: an answer to a question from before the end does not count for the new sign-in.
      if (sessions.get(sessionIndex)?.ended) sessions.delete(sessionIndex);
    },
    groupsOf: (sessionIndex) => groups.get(sessionIndex) ?? null,
    keepGroups: (sessionIndex, list) => groups.set(sessionIndex, list),
  };
}
