import type { SiteLogger } from "../log/site-log.ts";

/** Options of `protectApi()`. */
export interface ApiOptions<Scope extends string> {
  /** The site's id in its registration at the hub. */
  readonly site: string;
  /** Name of the API in challenges: letters, digits, hyphens. */
  readonly realm: string;
  /** SITE_URL and this path are the `api.resource` of the registration, the audience of its tokens: `/api`. */
  readonly path: `/${string}`;
  /** Scopes of the registration that routes may require. */
  readonly scopes: readonly Scope[];
  /** Also accepts `Basic` with a username and an app password; app passwords carry scopes of the registration too. */
  readonly appPasswords?: boolean;
  /**
   * Cache lifetime of the hub's answer about an opaque token, 0 (default) to 5 seconds. With 0, a revoked token is
   * refused in the next call; only simultaneous calls share an answer. Longer lifetimes delay revocation by as much.
   */
  readonly cacheSeconds?: number;
  /**
   * Origins whose pages may call the API by script, such as `https://app.example`; compared exactly. Default: none.
   * Programs and servers need no entry.
   */
  readonly origins?: readonly string[];
  /** Receives log entries; the default writes one line of JSON to the standard error stream. */
  readonly logger?: SiteLogger;
}
