/**
 * Access control for a site's API.
 *
 * Owns: reading access tokens and app passwords, verifying them at the hub or by its keys, and the challenges of RFC 6750
 * and RFC 7617. Leaves to the site: the meaning of scopes, and the answers. Ignores cookies.
 */
export type { ApiOptions } from "./api-options.ts";
export { ApiRefusal } from "./api-refusal.ts";
export type { Caller } from "./judge-token.ts";
export {
  type ApiHandlers,
  type ApiRoute,
  type ApiRoutes,
  protectApi,
} from "./protect-api.ts";
