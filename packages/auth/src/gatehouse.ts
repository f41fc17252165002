import { randomBytes } from "node:crypto";
import { findGatehouseAuthError, GatehouseAuthError } from "./log/gatehouse-auth-error.ts";
import { currentHeaders, currentPath, leaveFor, passOn } from "./site/next-request.ts";
import { readProxyRuns } from "./site/proxy-runs.ts";
import { cookiesForPage, headersForPage, isPrivate, recogniseVisitor } from "./site/recogniser.ts";
import { parseReturnTo } from "./http/return-to.ts";
import { type RouteHandlers, routeHandlers } from "./routes/route-handlers.ts";
import { feasibleAge, isRecent } from "./protocol/sign-in-flow.ts";
import { signInUrl, wayToProve, wayToSignIn } from "./site/sign-in-url.ts";
import { type SignedOut, signedOut, signedOutHere, tellEnd } from "./session/signed-out.ts";
import { type GatehouseOptions, lazySite, type Site, type Surroundings } from "./site/site.ts";
import { readSignOutNote } from "./http/site-cookies.ts";
import { pathHeader, readStanding, type SiteSession } from "./session/site-session.ts";

/** What a page demands of a sign-in. */
export interface SignInDemand {
  /** Another page to come back to. */
  readonly returnTo?: string;
  /**
   * How many seconds ago she may have proved who she is, 10 at least: whoever did so before is asked again at the
   * hub, however signed in she is.
   */
  readonly maxAge?: number;
}

/** What a route demands of a sign-in. */
export type CheckedDemand = SignInDemand & Required<Pick<SignInDemand, "returnTo">>;

/** Who is signed in as was demanded, or else where to send the browser. */
export type CheckedSignIn =
  | { readonly session: SiteSession; readonly leaveFor?: undefined }
  | { readonly session: null; readonly leaveFor: string };

/** What a site gets from its config call. */
export interface Gatehouse {
  /** Who is signed in, or null. In pages and route handlers; outside Next.js with a request. */
  auth(request?: Request): Promise<SiteSession | null>;
  /** Who is signed in; whoever is not is sent to sign in and comes back to the same page. */
  requireSignIn(options?: SignInDemand): Promise<SiteSession>;
  /**
   * The same for a route that takes a form: keep what was typed, then answer 303 to `leaveFor`. It comes back by GET,
   * so name the page to come back to.
   */
  checkSignIn(options: CheckedDemand): Promise<CheckedSignIn>;
  /**
   * The reason why the user's session ended, including a sign-out at this site; null for everyone else, and after one page
   * has shown it, because the browser's next user may be somebody else.
   */
  whySignedOut(request?: Request): Promise<SignedOut | null>;
  /**
   * `export { recognise as proxy } from "./auth"`: knows people who are signed in elsewhere, and
   * sends the site's `contentSecurityPolicy`.
   */
  recognise(request: Request): Promise<Response>;
  /** For `app/api/auth/[...gatehouse]/route.ts`. */
  readonly handlers: RouteHandlers;
  /** The address of a link that signs in. Use `<a>`, not `next/link`: it leaves the site. */
  signInUrl(returnTo?: string): string;
  /** The address of the user's account at the hub: sessions, connected apps, sign-in. Use `<a>`. */
  accountUrl(): string;
  /** The address of a form that signs out: `<form method="post" action={signOutUrl}>`. */
  readonly signOutUrl: "/api/auth/sign-out";
}

/**
 * Puts a site behind the hub.
 *
 * Owns: the way to the hub and back, the site session, its end. Leaves to others: what
 * a signed-in person may do (the site), and who she is (the hub).
 * Reads nothing at import; HUB_URL, SITE_URL and SITE_SECRET are needed at first use.
 *
 * @example
 * export const { auth, handlers, requireSignIn, recognise } = gatehouse({ site: "shop", protocol: "cas" });
 */
export function gatehouse(
  options: GatehouseOptions,
  surroundings: Surroundings = { environment: process.env, now: Date.now, shared: globalThis },
): Gatehouse {
  const site = lazySite(options, surroundings);
  const proxyRuns = readProxyRuns(options.site, surroundings.shared);
  const standingOf = async (headers: Headers) => readStanding(site.open(), headers);
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
        return tellEnd(standing, surroundings.now())
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
      return passOn(headersForPage(request), policyForPage(options, surroundings), answer);
    },
  };
}

/** Where an age is demanded, the hub is asked how long ago it was: it may have ended her session just now. */
async function checkDemand(
  site: Site,
  headers: Headers,
  { returnTo, maxAge }: SignInDemand,
): Promise<CheckedSignIn> {
  const standing = await readStanding(site, headers, { anew: maxAge !== undefined, quiet: true });
  const path = parseReturnTo(returnTo ?? headers.get(pathHeader), site.settings.siteUrl) ?? "/";
  if (standing.state !== "signed-in") {
    const signedOutHere = readSignOutNote(site.cookies, headers) !== null;
    return { session: null, leaveFor: wayToSignIn(standing, path, signedOutHere) };
  }
  if (maxAge === undefined) return { session: standing.session };
  const seconds = feasibleAge(maxAge);
  if (isRecent(standing.authenticatedAt, seconds, site.now())) return { session: standing.session };
  return { session: null, leaveFor: wayToProve(path, seconds) };
}

/** Said anew for each answer: a nonce that is known is none. */
function policyForPage(
  { contentSecurityPolicy }: GatehouseOptions,
  { environment }: Surroundings,
): string | null {
  const nonce = randomBytes(16).toString("base64");
  const development = environment.NODE_ENV === "development";
  return contentSecurityPolicy?.({ nonce, development }) ?? null;
}
