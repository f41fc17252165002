import { randomUUID } from "node:crypto";
import type { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { EndedStanding } from "./session-check.ts";
import type { Site } from "../site/site.ts";
import { parseCookies } from "../http/site-cookies.ts";

/** What a site knows about the person who is signed in. */
export interface SiteSession {
  readonly user: {
    /** Stable for the life of the account; keep your records by this one. */
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
  /** When the person has to be recognised anew at the latest (ISO 8601). */
  readonly expires: string;
}

/** How a request stands: with a session, without one, or with one that is over or unclear. */
export type RequestStanding =
  | { readonly state: "anonymous" }
  | {
      readonly state: "signed-in";
      readonly session: SiteSession;
      /** When she last proved who she is, in seconds. */
      readonly authenticatedAt: number | null;
    }
  | EndedStanding
  | { readonly state: "unclear"; readonly error: GatehouseAuthError };

/** Set by the proxy: the path a page was asked for. Only ever judged as a place to return to. */
export const pathHeader = "x-gatehouse-path";

interface ReadingManner {
  /** Whether the person herself did something. */
  readonly active?: boolean;
  /** Something hangs on it: the hub is asked anew. */
  readonly anew?: boolean;
  /** What is unclear is written down by whoever comes next on this visit. */
  readonly quiet?: boolean;
}

/**
 * Reads who asks. Fails closed: everything but a sealed session with an id, that the
 * hub says is alive, is nobody.
 */
export async function readStanding(
  site: Site,
  headers: Headers,
  { active = asksForPage(headers), anew = false, quiet = false }: ReadingManner = {},
): Promise<RequestStanding> {
  const sealed = parseCookies(headers.get("cookie")).get(site.cookies.session);
  const person = sealed ? await site.engine.unseal(sealed) : null;
  if (!person) return { state: "anonymous" };
  const { id, username, name, email, sessionIndex } = person;
  const requestId = readRequestId(headers) ?? randomUUID();
  const standing = await site.check.standing(sessionIndex, {
    active,
    anew,
    groups: person.groups === null,
    requestId,
  });
  if (standing.state === "unclear" && !quiet) site.log.writeSeldom(standing.error, { requestId });
  if (standing.state !== "active") return standing;
  const expires = new Date(person.expires * 1000).toISOString();
  // She may have proved herself again since, for another site; and the hub's clock is the one that counts.
  const authenticatedAt =
    standing.provedAt === null ? person.authenticatedAt : Math.floor(standing.provedAt / 1000);
  const user = { id, username, name, email, groups: person.groups ?? standing.groups ?? [] };
  return { state: "signed-in", session: { user, expires }, authenticatedAt };
}

/** The request id that a proxy in front gave, when it is one; a log line is made of it. */
export function readRequestId(headers: Headers): string | null {
  const id = headers.get("x-request-id");
  return id && /^[A-Za-z0-9-]{8,64}$/.test(id) ? id : null;
}

/**
 * Whether the person herself asked for a page.
 *
 * Next.js hides from us which fetches are its soft navigations, so a page that came
 * through the proxy counts as well; a script that polls an API route does not, or a
 * forgotten tab would stay signed in for ever.
 */
function asksForPage(headers: Headers): boolean {
  if (/prefetch/i.test(headers.get("sec-purpose") ?? headers.get("purpose") ?? "")) return false;
  if (headers.get("sec-fetch-mode") === "navigate") return true;
  const path = headers.get(pathHeader);
  return path !== null && !path.startsWith("/api/");
}
