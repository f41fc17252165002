/**
 * For a site with an API: who calls, and may she?
 *
 * Owns reading a Bearer token or an app password, finding out what it is worth (at the hub, or by its keys), and the
 * challenges of RFC 6750 and RFC 7617.
 * Leaves to the site what its scopes mean and what it answers. Knows no cookie: a signed-in browser is nobody here.
 */
export { ApiRefusal } from "./api-refusal.ts";
export type { Caller } from "./judge-token.ts";
export {
  type ApiHandlers,
  type ApiOptions,
  type ApiRoute,
  type ApiRoutes,
  protectApi,
} from "./protect-api.ts";
