/** The composition of the hub: the only place where ports meet their stores. */
import { type Database, openDatabase } from "@gatehouse/database";
import { createDeviceThrottle, type DeviceThrottle } from "./credential/device-throttle.ts";
import { createSignInThrottle, type SignInThrottle } from "./credential/sign-in-throttle.ts";
import { createWrongTries, type WrongTries } from "./credential/wrong-tries.ts";
import type { Settings } from "./env.ts";
import { type Cookies, createCookies } from "./http/cookies.ts";
import { createProxyWatch, type ProxyWatch } from "./http/proxy-watch.ts";
import type { Log } from "./log.ts";
import { createLogoutDispatcher, type LogoutDispatcher } from "./logout/logout-dispatcher.ts";
import { type Issuer, openIssuer } from "./oidc/issuer/open-issuer.ts";
import { createLogoutToken } from "./oidc/keys/logout-token.ts";
import { createOutbound, type Outbound } from "./outbound/outbound.ts";
import { type HubKeys, hubKeys } from "./secret-keys.ts";
import { createFindSession, type FindSession } from "./session/find-session.ts";
import { createKeepUp, type KeepUp, startUpkeep } from "./session/upkeep.ts";
import { type AskWhichAccount, createAccountQuestion } from "./sign-in/choose-account.ts";
import { openSiteRegistry, rulesOfMode, type SiteRegistry } from "./site-registry/site-registry.ts";

/** Everything a route can reach. */
export interface Hub {
  readonly settings: Settings;
  readonly log: Log;
  readonly database: Database;
  readonly sites: SiteRegistry;
  readonly throttle: SignInThrottle;
  readonly wrongTries: WrongTries;
  /** Throttles wrong site secrets. */
  readonly wrongSecrets: WrongTries;
  readonly deviceThrottle: DeviceThrottle;
  readonly logout: LogoutDispatcher;
  readonly outbound: Outbound;
  /** OpenID Connect and OAuth 2.0. */
  readonly issuer: Issuer;
  readonly cookies: Cookies;
  readonly proxyWatch: ProxyWatch;
  readonly keys: HubKeys;
  /** For what lives in the browser alone; the database has a clock of its own. */
  readonly clock: () => Date;
  /** Real time, for messages that sites check against their own clocks; the test door does not move it. */
  readonly siteClock: () => Date;
  readonly findSession: FindSession;
  readonly askWhichAccount: AskWhichAccount;
  readonly keepUp: KeepUp;
  close(): Promise<void>;
}

/**
 * @param clock moved by the test door
 * @throws SettingsError, DatabaseError: what stands in the way of a start, each with one sentence
 */
export async function openHub(settings: Settings, log: Log, clock: () => Date): Promise<Hub> {
  for (const setting of settings.unused)
    log.warn({ event: "setting.unused", setting }, `${setting} is set, and not used by this version yet`);
  const sites = await openSiteRegistry({
    directory: settings.sitesDirectory,
    lookUp: settings.lookUp,
    log,
    ...rulesOfMode(settings.mode),
  });
  const demoFiles = sites.leftOut();
  if (demoFiles.length > 0)
    log.info(
      { event: "sites.demo-left-out", files: demoFiles },
      "production does not serve the demo's sites",
    );
  const outbound = createOutbound({
    allowLoopback: settings.allowLoopbackSites,
    certificateAuthorityFile: settings.certificateAuthorityFile,
  });
  const database = await openDatabase({
    url: settings.databaseUrl,
    dataDirectory: settings.dataDirectory,
    idleSeconds: settings.sessionIdleSeconds,
    maxSeconds: settings.sessionMaxSeconds,
    longTermSeconds: settings.sessionRememberSeconds,
    log: (line) => log.warn(line, "database"),
  });
  const siteClock = (): Date => new Date();
  const cookies = createCookies(settings.secure);
  const logout = createLogoutDispatcher({
    deliveries: database.logoutDeliveries,
    sites,
    outbound,
    clock: siteClock,
    // Nobody is told before the issuer is open: the queue is first looked at after a request or a pause.
    signLogoutToken: (site, sid) =>
      createLogoutToken({ issuer: `${settings.hubUrl}/oidc`, keys: issuer.keys, siteClock }, site, sid),
    log,
  });
  const deviceThrottle = createDeviceThrottle(database.rateLimits, settings.loginThrottle);
  const throttleLimits = settings.loginThrottle ? database.rateLimits : null;
  const wrongSecrets = createWrongTries(throttleLimits, "site-secret");
  const keys = hubKeys(settings.secrets);
  const { consents, logoutDeliveries, oidcArtifacts, people, refreshExchanges, sessions } = database;
  const { signingKeys, sweep } = database;
  const { hubUrl, secure, trustedProxies } = settings;
  const issuer = await openIssuer({
    clock,
    consents,
    cookies,
    deviceThrottle,
    keys: { note: keys.note, signingKey: keys.signingKey },
    log,
    logout,
    logoutDeliveries,
    oidcArtifacts,
    people,
    refreshExchanges,
    sessions,
    settings: { hubUrl, secure, trustedProxies },
    signingKeys,
    siteClock,
    sites,
    wrongSecrets,
  });
  const keepUp = createKeepUp({ sessions, logout, sweep, log });
  const upkeep = startUpkeep({ keepUp, refreshKeys: () => issuer.refresh(), log });
  return {
    settings,
    log,
    database,
    sites,
    throttle: createSignInThrottle(throttleLimits),
    wrongTries: createWrongTries(throttleLimits, "app-password"),
    wrongSecrets,
    deviceThrottle,
    logout,
    outbound,
    issuer,
    cookies,
    proxyWatch: createProxyWatch(settings, log, clock),
    keys,
    clock,
    siteClock,
    keepUp,
    askWhichAccount: createAccountQuestion({ clock, cookies, keys, people, sites }),
    findSession: createFindSession({ cookies, sessions }),
    async close() {
      sites.close();
      await upkeep.close();
      await logout.close();
      await outbound.close();
      await database.close();
    },
  };
}
