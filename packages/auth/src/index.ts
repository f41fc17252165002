/**
 * What a site behind the hub installs.
 *
 * Owns the sign-in by redirect, the site's own session and its end. Knows the hub by
 * three variables (HUB_URL, SITE_URL, SITE_SECRET), has no database, and decides
 * nothing about what a signed-in person may do.
 */
export { contentSecurityPolicy, type PolicyCircumstances } from "./http/content-security-policy.ts";
export {
  type CheckedDemand,
  type CheckedSignIn,
  type Gatehouse,
  gatehouse,
  type SignInDemand,
} from "./gatehouse.ts";
export { GatehouseAuthError, type GatehouseAuthErrorCode } from "./log/gatehouse-auth-error.ts";
export type { RouteHandlers } from "./routes/route-handlers.ts";
export type { EndReason } from "./session/session-check.ts";
export type { SignedOut, SignedOutReason } from "./session/signed-out.ts";
export type { GatehouseOptions, PagePolicyCircumstances } from "./site/site.ts";
export type { LogEntry, SiteLogger } from "./log/site-log.ts";
export type { SiteSession } from "./session/site-session.ts";
