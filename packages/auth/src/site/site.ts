import { casProtocol } from "../protocol/cas-provider.ts";
import { HubHealth } from "./hub-health.ts";
import { type NextAuthEngine, nextAuthEngine } from "../protocol/next-auth-engine.ts";
import { oidcProtocol } from "../protocol/oidc-provider.ts";
import { SessionCheck } from "../session/session-check.ts";
import { type SessionMemory, sessionMemory } from "../session/session-memory.ts";
import { readSettings, type Settings } from "../settings/settings.ts";
import type { SignInProtocol } from "../protocol/sign-in-protocol.ts";
import { type SiteCookies, siteCookies } from "../http/site-cookies.ts";
import { logToConsole, type SiteLog, type SiteLogger, siteLog } from "../log/site-log.ts";

/** For what the policy of one page is made. */
export interface PagePolicyCircumstances {
  /** Made for this answer alone, of 128 random bits. */
  readonly nonce: string;
  /** The site runs under `next dev`. */
  readonly development: boolean;
}

/** The one config call of a site. */
export interface GatehouseOptions {
  /** The site's id in its registration at the hub. */
  readonly site: string;
  /** How the site signs in. */
  readonly protocol: "cas" | "oidc";
  /**
   * Makes the Content-Security-Policy of each page, with a nonce of its own; `recognise` sends it.
   * `contentSecurityPolicy` of this package is one to start from. None by default.
   */
  readonly contentSecurityPolicy?: (circumstances: PagePolicyCircumstances) => string;
  /** Takes the log; the default writes one line of JSON to the standard error stream. */
  readonly logger?: SiteLogger;
}

/** Where a site gets its surroundings from; tests bring their own. */
export interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The clock, in milliseconds. */
  readonly now: () => number;
  /** Where what all bundles of the process have in common is kept. */
  readonly shared: object;
}

/** A site with its settings read: what all routes and readers work with. */
export interface Site {
  readonly settings: Settings;
  readonly cookies: SiteCookies;
  readonly protocol: SignInProtocol;
  readonly engine: NextAuthEngine;
  readonly memory: SessionMemory;
  readonly check: SessionCheck;
  readonly health: HubHealth;
  readonly log: SiteLog;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** A site whose settings wait for the first use. */
export interface LazySite {
  /** Usable before the settings are: it has to tell what is wrong with them. */
  readonly log: SiteLog;
  /** @throws {GatehouseAuthError} when the environment is wrong */
  open(): Site;
}

/** Puts a site together at first use; a wrong environment is read again at the next. */
export function lazySite(options: GatehouseOptions, { environment, now, shared }: Surroundings): LazySite {
  const log = siteLog(options.site, { logger: options.logger ?? logToConsole, now, shared });
  let site: Site | null = null;
  const open = () => {
    const settings = readSettings(options.site, environment);
    const cookies = siteCookies(settings);
    const memory = sessionMemory(settings.siteId);
    const protocol = options.protocol === "oidc" ? oidcProtocol(settings, now) : casProtocol;
    const engine = nextAuthEngine(settings, cookies, protocol);
    const check = new SessionCheck({ settings, memory, log, now });
    const health = new HubHealth(settings.hubUrl, now);
    return { settings, cookies, protocol, engine, memory, check, health, log, now };
  };
  return {
    log,
    open() {
      site ??= open();
      return site;
    },
  };
}
