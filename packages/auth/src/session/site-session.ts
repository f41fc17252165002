import { randomUUID } from "node:crypto";
import { isAhead, pathHeader, readRequestId } from "../http/request-headers.ts";
import { parseCookies, type SiteCookies } from "../http/site-cookies.ts";
import type { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { SiteLog } from "../log/site-log.ts";
import type { Acr } from "./acr.ts";
import type { SealedSession } from "./sealed-session.ts";
import type { SessionCheck } from "./session-check.ts";
import type { EndedStanding } from "./standing.ts";

/** A signed-in user, as the site knows them. */
export interface SiteSession {
  readonly user: {
    /** Stable for the life of the account; store your records under it. */
    readonly id: string;
    readonly username: string;
    readonly name: string;
    /** Null when the hub's registration of the site does not release it. */
    readonly email: string | null;
    /**
     * Groups of the user at sign-in; when there are too many for a cookie, those of the last minute. Empty when the
     * registration does not release them.
     */
    readonly groups: readonly string[];
  };
  /** Latest end of the session (ISO 8601). */
  readonly expires: string;
}

/** State of a request: with a session, without one, or with one that has ended or cannot be checked. */
export type RequestStanding =
  | { readonly state: "anonymous" }
  | {
      readonly state: "signed-in";
      readonly session: SiteSession;
      /** Time of the last authentication, in seconds. */
      readonly authenticatedAt: number | null;
      /** Strength of the sign-in, from the hub's last answer and never from the cookie; null: the hub has not said. */
      readonly acr: Acr | null;
    }
  | EndedStanding
  | { readonly state: "unclear"; readonly error: GatehouseAuthError };

interface ReadingOptions {
  /** The user did something; by default decided from the headers. */
  readonly active?: boolean;
  /** Asks the hub even when a kept answer is fresh. */
  readonly anew?: boolean;
  /** Does not log an unclear answer, because the next step of the same visit does. */
  readonly quiet?: boolean;
}

/** Reads the session of a request. */
export type ReadStanding = (headers: Headers, options?: ReadingOptions) => Promise<RequestStanding>;

interface StandingNeeds {
  readonly cookies: SiteCookies;
  readonly unseal: (sealed: string) => Promise<SealedSession | null>;
  readonly check: Pick<SessionCheck, "standing">;
  readonly log: Pick<SiteLog, "writeSeldom">;
}

/** Makes the reader of sessions. Only a sealed session that the hub reports active counts as signed in. */
export function standingReader({ cookies, unseal, check, log }: StandingNeeds): ReadStanding {
  return async (headers, { active = asksForPage(headers), anew = false, quiet = false } = {}) => {
    const sealed = parseCookies(headers.get("cookie")).get(cookies.session);
    const session = sealed ? await unseal(sealed) : null;
    if (!session) return { state: "anonymous" };
    const { id, username, name, email, sessionIndex } = session;
    const requestId = readRequestId(headers) ?? randomUUID();
    const groups = session.groups === null;
    const standing = await check.standing(sessionIndex, { active, anew, groups, requestId });
    if (standing.state === "unclear" && !quiet) log.writeSeldom(standing.error, { requestId });
    if (standing.state !== "active") return standing;
    const expires = new Date(session.expires * 1000).toISOString();
    // The user may have authenticated again since, for another site; the hub's time counts.
    const authenticatedAt =
      standing.provedAt === null ? session.authenticatedAt : Math.floor(standing.provedAt / 1000);
    const user = { id, username, name, email, groups: session.groups ?? standing.groups ?? [] };
    return { state: "signed-in", session: { user, expires }, authenticatedAt, acr: standing.acr };
  };
}

/**
 * Whether the user asked for a page, which restarts the idle timeout.
 *
 * Next.js hides which fetches are its soft navigations, so a page that came through the proxy counts as well. A script
 * that polls an API route does not count, or a forgotten tab would stay signed in.
 */
function asksForPage(headers: Headers): boolean {
  if (isAhead(headers)) return false;
  if (headers.get("sec-fetch-mode") === "navigate") return true;
  const path = headers.get(pathHeader);
  return path !== null && !path.startsWith("/api/");
}
