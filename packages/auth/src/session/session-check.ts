import { readJson } from "../http/hub-answer.ts";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { SiteLog } from "../log/site-log.ts";
import type { Settings } from "../settings/settings.ts";
import { parseAcr } from "./acr.ts";
import { readGroups } from "./sealed-session.ts";
import type { RememberedSession, SessionMemory } from "./session-memory.ts";
import {
  type CheckResult,
  type EndReason,
  type HubAnswer,
  parseReason,
  type RememberedEnd,
  type Standing,
} from "./standing.ts";

interface CheckOptions {
  /** The user did something, which restarts the hub's idle timeout. */
  readonly active: boolean;
  /** Asks the hub even if a kept answer is fresh. */
  readonly anew?: boolean;
  /** Whether the cookie had no room for the user's groups. */
  readonly groups?: boolean;
  readonly requestId?: string | undefined;
}

interface SessionCheckParts {
  readonly settings: Settings;
  readonly memory: SessionMemory;
  readonly log: SiteLog;
  readonly now: () => number;
}

/** Lifetime of an answer. */
const freshMs = 5_000;
/** Lifetime of the last good answer while the hub is silent: a restart of the hub signs nobody out. */
const graceMs = 60_000;
/** Interval of activity reports: the hub stores activity at most once a minute. */
const reportMs = 60_000;
/** Cache lifetime of groups from the hub. */
const groupsFreshMs = 60_000;
/** Time limit for an answer. */
const timeoutMs = 3_000;
/** Pause after a silent hub, so that not every page waits for it. */
const pauseMs = 2_000;

/**
 * Asks the hub whether a session is still active, because a logout request can get lost. Answers are kept for five seconds,
 * and an end until a new sign-in: an ended session does not come back by a later answer.
 */
export class SessionCheck {
  readonly #parts: SessionCheckParts;
  #silentUntil = Number.NEGATIVE_INFINITY;

  constructor(parts: SessionCheckParts) {
    this.#parts = parts;
  }

  /** The caller logs an unclear answer, because a page may show its reference. */
  async standing(sessionIndex: string, asking: CheckOptions): Promise<Standing> {
    const { memory, now } = this.#parts;
    const session = memory.of(sessionIndex);
    if (session.ended) return this.#ended(sessionIndex, session, asking);
    const fresh = now() - session.aliveAt < freshMs;
    const report = asking.active && now() - session.reportedAt >= reportMs;
    const lacksGroups = asking.groups === true && memory.groupsOf(sessionIndex) === null;
    if (fresh && !report && !asking.anew && !lacksGroups) return this.#active(sessionIndex, session, asking);
    const answer = await this.#share(sessionIndex, session, { ...asking, active: report });
    // A logout that arrived meanwhile is newer than the answer.
    if (session.ended) return this.#ended(sessionIndex, session, asking);
    if (answer.state !== "unclear") return this.#active(sessionIndex, session, asking);
    const silent = answer.error.code === "hub_unreachable";
    if (!silent || now() - session.aliveAt >= graceMs) return answer;
    this.#parts.log.writeSeldom(answer.error, { requestId: asking.requestId });
    return this.#active(sessionIndex, session, asking);
  }

  #active(sessionIndex: string, { provedAt, acr }: RememberedSession, { groups }: CheckOptions): Standing {
    const names = groups ? (this.#parts.memory.groupsOf(sessionIndex)?.names ?? null) : null;
    return { state: "active", provedAt, acr, groups: names };
  }

  /** An end is final; only its reason may still be asked for. */
  async #ended(sessionIndex: string, session: RememberedSession, asking: CheckOptions): Promise<Standing> {
    const end = session.ended ?? this.#endNow("unknown", null);
    let reason = end.reason ?? "unknown";
    if (end.reason === null) {
      const answer = await this.#share(sessionIndex, session, { ...asking, active: false });
      if (answer.state === "unclear")
        this.#parts.log.writeSeldom(answer.error, { requestId: asking.requestId });
      if (answer.state === "ended") {
        reason = answer.reason;
        end.idleSeconds = answer.idleSeconds;
      }
      // A hub that could not be asked is asked again.
      if (answer.state !== "unclear") end.reason = reason;
    }
    return { state: "ended", reason, idleSeconds: end.idleSeconds, end };
  }

  #endNow(reason: EndReason, idleSeconds: number | null): RememberedEnd {
    return { reason, idleSeconds, heardAt: this.#parts.now(), toldAt: null };
  }

  /** One question at a time; callers that need the same answer share it. */
  #share(sessionIndex: string, session: RememberedSession, asking: CheckOptions): Promise<CheckResult> {
    if (session.reporting) return session.reporting;
    const slot = asking.active ? "reporting" : "asking";
    session[slot] ??= this.#ask(sessionIndex, session, asking).finally(() => {
      session[slot] = null;
    });
    return session[slot];
  }

  async #ask(sessionIndex: string, session: RememberedSession, asking: CheckOptions): Promise<CheckResult> {
    const { settings, memory, now } = this.#parts;
    const kept = memory.groupsOf(sessionIndex);
    const groups = asking.groups === true && (kept === null || now() - kept.at >= groupsFreshMs);
    try {
      if (now() < this.#silentUntil) throw new GatehouseAuthError("hub_unreachable");
      const reply = await askHub(settings, sessionIndex, { ...asking, groups }, (ms) => this.#noteClock(ms));
      const answer = parseAnswer(reply, now());
      if (answer.state === "ended") {
        session.ended ??= this.#endNow(answer.reason, answer.idleSeconds);
        session.ended.reason ??= answer.reason;
      } else {
        session.aliveAt = now();
        session.provedAt = answer.provedAt;
        session.acr = answer.acr;
        if (asking.active) session.reportedAt = now();
        // If the hub no longer releases them, the user has no groups.
        const names = answer.groups ?? (kept === null ? null : []);
        if (groups && names !== null) memory.keepGroups(sessionIndex, { names, at: now() });
      }
      return answer;
    } catch (cause) {
      const error =
        cause instanceof GatehouseAuthError ? cause : new GatehouseAuthError("internal", "", { cause });
      if (error.code === "hub_unreachable" && now() >= this.#silentUntil) {
        this.#silentUntil = now() + pauseMs;
      }
      return { state: "unclear", error };
    }
  }

  #noteClock(hubTime: number): void {
    if (Math.abs(hubTime - this.#parts.now()) < 60_000) return;
    this.#parts.log.writeSeldom(new GatehouseAuthError("clock_skew"), { level: "warn" });
  }
}

async function askHub(
  settings: Settings,
  sessionIndex: string,
  { active, groups, requestId }: CheckOptions,
  noteClock: (hubTime: number) => void,
): Promise<unknown> {
  const credentials = Buffer.from(`${settings.siteId}:${settings.siteSecret}`).toString("base64");
  const reply = await fetch(`${settings.hubUrl}/sites/v1/sessions/check`, {
    method: "POST",
    headers: {
      authorization: `Basic ${credentials}`,
      "content-type": "application/json",
      ...(requestId && { "x-request-id": requestId }),
    },
    body: JSON.stringify({ sessionIndex, active, ...(groups && { groups }) }),
    cache: "no-store",
    redirect: "manual", // the secret goes to HUB_URL and nowhere else
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((cause: unknown) => {
    throw new GatehouseAuthError("hub_unreachable", "", { cause });
  });
  const hubTime = Date.parse(reply.headers.get("date") ?? "");
  if (!Number.isNaN(hubTime)) noteClock(hubTime);
  if (reply.status === 401) {
    const wanted = `SITE_SECRET must be the secret of site "${settings.siteId}" at the hub.`;
    throw new GatehouseAuthError("site_rejected", wanted);
  }
  if (reply.status === 429 || reply.status >= 500) throw new GatehouseAuthError("hub_unreachable");
  return reply.status === 200 ? await readJson(reply) : null;
}

function parseAnswer(answer: unknown, now: number): HubAnswer {
  const {
    active,
    acr,
    groups,
    reason,
    idleSeconds,
    authenticatedSecondsAgo: ago,
  } = (answer ?? {}) as Readonly<Record<string, unknown>>;
  if (active === true) {
    const provedAt = typeof ago === "number" && ago >= 0 ? now - ago * 1000 : null;
    const names = Array.isArray(groups) ? readGroups(groups) : null;
    return { state: "active", provedAt, acr: parseAcr(acr), groups: names };
  }
  if (active === false) {
    const seconds = typeof idleSeconds === "number" && idleSeconds > 0 ? Math.round(idleSeconds) : null;
    return { state: "ended", reason: parseReason(reason), idleSeconds: seconds };
  }
  throw new GatehouseAuthError("hub_answer");
}
