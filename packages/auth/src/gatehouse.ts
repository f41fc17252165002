import { randomBytes } from "node:crypto";
import { pathHeader } from "./http/request-headers.ts";
import { parseReturnTo } from "./http/return-to.ts";
import { readSignOutNote } from "./http/site-cookies.ts";
import { findGatehouseAuthError, GatehouseAuthError } from "./log/gatehouse-auth-error.ts";
import { clampMaxAge, isRecent } from "./protocol/sign-in-flow.ts";
import { type RouteHandlers, routeHandlers } from "./routes/route-handlers.ts";
import { type Acr, isAsStrongAs, parseAcr } from "./session/acr.ts";
import { isWorthTelling, type SignedOut, signedOut, signedOutHere } from "./session/signed-out.ts";
import type { SiteSession } from "./session/site-session.ts";
import { processRuntime } from "./settings/env.ts";
import type { GatehouseOptions, Runtime } from "./settings/gatehouse-options.ts";
import { currentHeaders, currentPath, leaveFor, passOn } from "./site/next-request.ts";
import { readProxyRuns } from "./site/proxy-runs.ts";
import { cookiesForPage, headersForPage, isPrivate, recogniseVisitor } from "./site/recogniser.ts";
import { addressToReauthenticate, addressToSignIn, signInUrl } from "./site/sign-in-url.ts";
import { lazySite, type Site } from "./site/site.ts";

/** A page's requirements for a sign-in. */
export interface SignInDemand {
  /** Path to return to; by default the page itself. */
  readonly returnTo?: string;
  /**
   * Maximum age of the authentication in seconds, at least 10. Users who authenticated earlier are asked again at the
   * hub, even with a valid session.
   */
  readonly maxAge?: number;
  /**
   * Weakest sign-in that is sufficient. Users with a weaker one are asked at the hub for the missing step; users without a
   * second step set one up there first. By CAS the site's registration has to demand it too (`requires`).
   */
  readonly acr?: Acr;
}

/** A route's requirements for a sign-in. */
export type CheckedDemand = SignInDemand & Required<Pick<SignInDemand, "returnTo">>;

/** The session that meets the requirements, or the address to redirect to. */
export type CheckedSignIn =
  | { readonly session: SiteSession; readonly leaveFor?: undefined }
  | { readonly session: null; readonly leaveFor: string };

/** The functions of a site. */
export interface Gatehouse {
  /** The session, or null. For pages and route handlers; outside Next.js pass the request. */
  auth(request?: Request): Promise<SiteSession | null>;
  /** The session; without one, redirects to the sign-in, which returns to the same page. */
  requireSignIn(options?: SignInDemand): Promise<SiteSession>;
  /**
   * The same for a route that receives a form: store the typed text, then answer 303 to `leaveFor`. The browser returns
   * by GET, so name the page to return to.
   */
  checkSignIn(options: CheckedDemand): Promise<CheckedSignIn>;
  /**
   * The reason why the user's session ended, including a sign-out at this site; null for everyone else, and after one page
   * has shown it, because the browser's next user may be somebody else.
   */
  whySignedOut(request?: Request): Promise<SignedOut | null>;
  /**
   * `export { recognise as proxy } from "./auth"`: recognises users who are signed in at the hub, and sends the site's
   * `contentSecurityPolicy`.
   */
  recognise(request: Request): Promise<Response>;
  /** For `app/api/auth/[...gatehouse]/route.ts`. */
  readonly handlers: RouteHandlers;
  /** Address of a link that signs in. Use `<a>`, not `next/link`: it leaves the site. */
  signInUrl(returnTo?: string): string;
  /** Address of the user's account at the hub: sessions, connected apps, sign-in. Use `<a>`. */
  accountUrl(): string;
  /** Address of a form that signs out: `<form method="post" action={signOutUrl}>`. */
  readonly signOutUrl: "/api/auth/sign-out";
}

/**
 * Connects a site to the hub.
 *
 * Owns: the redirects to the hub and back, the site session and its end. Leaves to the site: what a signed-in user may
 * do. Leaves to the hub: identifying the user. Reads nothing at import; needs HUB_URL, SITE_URL and SITE_SECRET at the
 * first use.
 *
 * @example
 * export const { auth, handlers, requireSignIn, recognise } = gatehouse({ site: "shop", protocol: "cas" });
 */
export function gatehouse(options: GatehouseOptions, runtime: Runtime = processRuntime()): Gatehouse {
  const site = lazySite(options, runtime);
  const proxyRuns = readProxyRuns(options.site, runtime.shared);
  const standingOf = async (headers: Headers) => site.open().readStanding(headers);
  const headersOf = async (request?: Request) => request?.headers ?? (await currentHeaders());
  return {
    handlers: routeHandlers(site),
    signInUrl: (returnTo) => signInUrl(returnTo),
    accountUrl: () => `${site.open().settings.hubUrl}/account`,
    signOutUrl: "/api/auth/sign-out",
    async auth(request) {
      const standing = await standingOf(await headersOf(request));
      return standing.state === "signed-in" ? standing.session : null;
    },
    async requireSignIn(demand = {}) {
      const headers = await currentHeaders();
      if (!headers.has(pathHeader)) {
        site.log.writeOnce(new GatehouseAuthError("proxy_missing", proxyRuns.said()), { level: "warn" });
        headers.set(pathHeader, currentPath() ?? "/");
      }
      const checked = await checkDemand(site.open(), headers, demand);
      return checked.session ?? leaveFor(checked.leaveFor);
    },
    checkSignIn: async (demand) => checkDemand(site.open(), await currentHeaders(), demand),
    async whySignedOut(request) {
      const headers = await headersOf(request);
      const standing = await standingOf(headers);
      if (standing.state === "ended")
        return isWorthTelling(standing, runtime.now())
          ? signedOut(standing.reason, standing.idleSeconds)
          : null;
      if (standing.state === "unclear") return signedOut("hub-unavailable");
      const isNew = readSignOutNote(site.open().cookies, headers) === "new";
      return standing.state === "anonymous" && isNew ? signedOutHere : null;
    },
    async recognise(request) {
      proxyRuns.note();
      const answer = new Headers();
      try {
        const opened = site.open();
        const toHub = await recogniseVisitor(opened, request);
        if (toHub) return toHub;
        for (const cookie of cookiesForPage(opened, request)) answer.append("set-cookie", cookie);
        if (isPrivate(opened, request)) answer.set("cache-control", "private, no-store");
      } catch (cause) {
        // Recognition is optional; the page itself reports wrong settings.
        const error = findGatehouseAuthError(cause);
        if (!error) throw cause;
        site.log.writeSeldom(error);
      }
      return passOn(headersForPage(request), policyForPage(options, runtime), answer);
    },
  };
}

/**
 * If an age or a strength is required, the hub is asked anew: it may have ended the session since the last answer, and the
 * cookie does not decide.
 */
async function checkDemand(
  site: Pick<Site, "settings" | "cookies" | "readStanding" | "now">,
  headers: Headers,
  { returnTo, maxAge, acr }: SignInDemand,
): Promise<CheckedSignIn> {
  // Without this, a misspelled class would let everybody in or redirect for ever.
  if (acr !== undefined && parseAcr(acr) === null) throw new RangeError(`The hub has no acr "${acr}".`);
  const anew = maxAge !== undefined || acr !== undefined;
  const standing = await site.readStanding(headers, { anew, quiet: true });
  const path = parseReturnTo(returnTo ?? headers.get(pathHeader), site.settings.siteUrl) ?? "/";
  if (standing.state !== "signed-in") {
    const signedOutHere = readSignOutNote(site.cookies, headers) !== null;
    return { session: null, leaveFor: addressToSignIn(standing, path, signedOutHere) };
  }
  const { session, authenticatedAt } = standing;
  const seconds = maxAge === undefined ? null : clampMaxAge(maxAge);
  const isOld = seconds !== null && !isRecent(authenticatedAt, seconds, site.now());
  const isWeak = acr !== undefined && !isAsStrongAs(standing.acr, acr);
  if (!isOld && !isWeak) return { session };
  const lacking = { maxAge: isOld ? seconds : null, acr: isWeak ? acr : null };
  return { session: null, leaveFor: addressToReauthenticate(path, lacking) };
}

/** The policy of one page, with a new nonce. */
function policyForPage({ contentSecurityPolicy }: GatehouseOptions, { environment }: Runtime): string | null {
  const nonce = randomBytes(16).toString("base64");
  const development = environment.NODE_ENV === "development";
  return contentSecurityPolicy?.({ nonce, development }) ?? null;
}
