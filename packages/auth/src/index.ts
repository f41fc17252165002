/**
 * The package that a site behind the hub installs.
 *
 * Owns: the sign-in by redirect, the site session and its end. Leaves to the site: what a signed-in user may do. It has no
 * database and is configured by three variables (HUB_URL, SITE_URL, SITE_SECRET).
 *
 * Layers, each importing only those before it: `log/`, `settings/`, `http/`, `session/`, `protocol/`, `site/`, then
 * `routes/` and `api/`, then `gatehouse.ts`. `page/` runs in the browser.
 */

export {
  type CheckedDemand,
  type CheckedSignIn,
  type Gatehouse,
  gatehouse,
  type SignInDemand,
} from "./gatehouse.ts";
export { contentSecurityPolicy, type PolicyCircumstances } from "./http/security-headers.ts";
export { GatehouseAuthError, type GatehouseAuthErrorCode } from "./log/gatehouse-auth-error.ts";
export type { LogEntry, SiteLogger } from "./log/site-log.ts";
export type { RouteHandlers } from "./routes/route-handlers.ts";
export type { Acr } from "./session/acr.ts";
export type { SignedOut, SignedOutReason } from "./session/signed-out.ts";
export type { SiteSession } from "./session/site-session.ts";
export type { EndReason } from "./session/standing.ts";
export type { GatehouseOptions, PagePolicyCircumstances } from "./settings/gatehouse-options.ts";
