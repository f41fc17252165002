import type { SiteLogger } from "../log/site-log.ts";

/** Input for the policy of one page. */
export interface PagePolicyCircumstances {
  /** 128 random bits, made for this response alone. */
  readonly nonce: string;
  /** The site runs under `next dev`. */
  readonly development: boolean;
}

/** Options of `gatehouse()`. */
export interface GatehouseOptions {
  /** The site's id in its registration at the hub. */
  readonly site: string;
  /** The protocol of the sign-in. */
  readonly protocol: "cas" | "oidc";
  /**
   * Makes the Content-Security-Policy of each page, with a new nonce; `recognise` sends it. This package's
   * `contentSecurityPolicy` is one to start from. None by default.
   */
  readonly contentSecurityPolicy?: (circumstances: PagePolicyCircumstances) => string;
  /** Receives log entries; the default writes one line of JSON to the standard error stream. */
  readonly logger?: SiteLogger;
}

/** The parts of the process that the package depends on; tests pass their own. */
export interface Runtime {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The clock, in milliseconds. */
  readonly now: () => number;
  /** An object that all bundles of the process have in common. */
  readonly shared: object;
}
