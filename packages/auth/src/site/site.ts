import type { SiteCookies } from "../http/site-cookies.ts";
import { siteCookies } from "../http/site-cookies.ts";
import { logToConsole, type SiteLog, siteLog } from "../log/site-log.ts";
import { casProtocol } from "../protocol/cas-provider.ts";
import { type NextAuthEngine, nextAuthEngine } from "../protocol/next-auth-engine.ts";
import { oidcProtocol } from "../protocol/oidc-provider.ts";
import type { SignInProtocol } from "../protocol/sign-in-protocol.ts";
import { SessionCheck } from "../session/session-check.ts";
import { type SessionMemory, sessionMemory } from "../session/session-memory.ts";
import { type ReadStanding, standingReader } from "../session/site-session.ts";
import type { GatehouseOptions, Runtime } from "../settings/gatehouse-options.ts";
import { readSettings, type Settings } from "../settings/settings.ts";
import { HubHealth } from "./hub-health.ts";

/** The parts of a site whose settings are read. Routes name the parts that they need. */
export interface Site {
  readonly settings: Settings;
  readonly cookies: SiteCookies;
  readonly protocol: SignInProtocol;
  readonly engine: NextAuthEngine;
  readonly memory: SessionMemory;
  readonly check: SessionCheck;
  readonly readStanding: ReadStanding;
  readonly health: HubHealth;
  readonly log: SiteLog;
  /** The clock, in milliseconds. */
  readonly now: () => number;
}

/** A site that reads its settings at the first use. */
export interface LazySite {
  /** Usable without settings, because it reports what is wrong with them. */
  readonly log: SiteLog;
  /** @throws {GatehouseAuthError} when the environment is wrong */
  open(): Site;
}

/** Composes a site at its first use; a wrong environment is read again at the next. */
export function lazySite(options: GatehouseOptions, { environment, now, shared }: Runtime): LazySite {
  const log = siteLog(options.site, { logger: options.logger ?? logToConsole, now, shared });
  let site: Site | null = null;
  const open = () => {
    const settings = readSettings(options.site, environment);
    const cookies = siteCookies(settings);
    const memory = sessionMemory(settings.siteId);
    const protocol = options.protocol === "oidc" ? oidcProtocol(settings, now) : casProtocol;
    const engine = nextAuthEngine(settings, cookies, protocol);
    const check = new SessionCheck({ settings, memory, log, now });
    const readStanding = standingReader({ cookies, unseal: engine.unseal, check, log });
    const health = new HubHealth(settings.hubUrl, now);
    return { settings, cookies, protocol, engine, memory, check, readStanding, health, log, now };
  };
  return {
    log,
    open() {
      site ??= open();
      return site;
    },
  };
}
