/** Opens what lives as long as the hub: the stores, the issuer, the dispatchers of mails and logouts. */
import { type Database, openDatabase } from "@gatehouse/database";
import { createChainTask } from "./audit/chain.ts";
import {
  createAuditRecorder,
  createThinning,
  type IsRepeated,
  type RecordAudit,
} from "./audit/record-audit.ts";
import { createBreachLookup } from "./credential/breach-lookup.ts";
import { estimateGuesses } from "./credential/guessability.ts";
import { createPasswordRule, type PasswordFault } from "./credential/password-rule.ts";
import { lowerPoolPriority } from "./credential/pool-priority.ts";
import { createThrottle, type Throttle } from "./credential/throttle.ts";
import { type Cookies, createCookies } from "./http/cookies.ts";
import { describeBrowser } from "./http/describe-browser.ts";
import type { Log } from "./log.ts";
import { createLogoutDispatcher, type LogoutDispatcher } from "./logout/logout-dispatcher.ts";
import { createMailDispatcher } from "./mail/mail-dispatcher.ts";
import { openMailServer } from "./mail/mail-server.ts";
import { noticeComposers } from "./mail/notices.ts";
import type { QueueMail } from "./mail/queue-mail.ts";
import { type Issuer, openIssuer } from "./oidc/issuer/open-issuer.ts";
import { createLogoutToken } from "./oidc/keys/logout-token.ts";
import { createOutbound, type Outbound } from "./outbound/outbound.ts";
import type { Dispatcher } from "./outbox/dispatcher.ts";
import { type RelyingParty, relyingPartyOf } from "./passkey/webauthn.ts";
import { createProxyWatch, type ProxyWatch } from "./server/proxy-watch.ts";
import { createFindSession, type FindSession } from "./session/find-session.ts";
import { createUpkeepTask, startUpkeep, type UpkeepTask } from "./session/upkeep.ts";
import type { Settings } from "./settings/env.ts";
import { type HubKeys, hubKeys } from "./settings/secret-keys.ts";
import { createFailureAnnouncement, createUnfinishedCheck } from "./sign-in/announce-sign-in.ts";
import { type AskForAccount, createAccountQuestion } from "./sign-in/choose-account.ts";
import { linkMailComposers } from "./sign-up/link-mails.ts";
import { openSiteRegistry, rulesOfMode, type SiteRegistry } from "./site-registry/site-registry.ts";

/** The opened parts of the hub. Only `hub.ts`, the start and tests know them together. */
export interface Hub {
  readonly settings: Settings;
  readonly log: Log;
  readonly database: Database;
  readonly sites: SiteRegistry;
  readonly throttle: Throttle;
  /** The rule for new passwords. */
  readonly passwordFault: PasswordFault;
  readonly logout: LogoutDispatcher;
  /** Sends the queued mails. */
  readonly mail: Dispatcher;
  readonly queueMail: QueueMail;
  /** Whether mail reaches anybody: a mail server is set, or `/dev/mail` shows it. */
  readonly mailIsOn: boolean;
  readonly outbound: Outbound;
  /** OpenID Connect and OAuth 2.0. */
  readonly issuer: Issuer;
  readonly cookies: Cookies;
  readonly relyingParty: RelyingParty;
  readonly proxyWatch: ProxyWatch;
  readonly keys: HubKeys;
  /** For times that are stored in browsers; the database has its own clock. */
  readonly clock: () => Date;
  /** Real time, which the test door does not move: for messages that sites check against their own clocks. */
  readonly siteClock: () => Date;
  readonly findSession: FindSession;
  readonly askForAccount: AskForAccount;
  readonly isRepeated: IsRepeated;
  readonly recordAudit: RecordAudit;
  readonly runUpkeep: UpkeepTask;
  close(): Promise<void>;
}

/**
 * @param clock moved by the test door
 * @throws SettingsError, DatabaseError for what prevents a start, each with one sentence
 */
export async function openHub(settings: Settings, log: Log, clock: () => Date): Promise<Hub> {
  for (const setting of settings.unused)
    log.warn({ event: "setting.unused", setting }, `${setting} is set, but this version does not use it yet`);
  await lowerPoolPriority(log);
  const sites = await openSiteRegistry({
    directory: settings.sitesDirectory,
    lookUp: settings.lookUp,
    log,
    ...rulesOfMode(settings.mode),
  });
  const demoFiles = sites.leftOut();
  if (demoFiles.length > 0)
    log.info({ event: "demo-sites.skipped", files: demoFiles }, "production does not serve the demo's sites");
  const outbound = createOutbound({
    allowLoopback: settings.allowLoopbackSites,
    certificateAuthorityFile: settings.certificateAuthorityFile,
  });
  const mailServer = openMailServer(settings);
  if (mailServer === undefined && settings.mode === "production")
    log.warn({ event: "mail.disabled" }, "SMTP_URL is not set: the hub sends no mail");
  const database = await openDatabase({
    url: settings.databaseUrl,
    dataDirectory: settings.dataDirectory,
    idleSeconds: settings.sessionIdleSeconds,
    maxSeconds: settings.sessionMaxSeconds,
    longTermSeconds: settings.sessionRememberSeconds,
    log: (line) => log.warn(line, "database"),
    // The dispatcher is there by then: only requests and upkeep queue mails.
    onMailQueued: () => mail.wake(),
  });
  const siteClock = (): Date => new Date();
  const cookies = createCookies(settings.secure);
  const logout = createLogoutDispatcher({
    deliveries: database.logoutDeliveries,
    sites,
    outbound,
    clock: siteClock,
    // The issuer is open by then: the dispatcher first looks at the queue after a request or a pause.
    signLogoutToken: (site, sid) =>
      createLogoutToken({ issuer: `${settings.hubUrl}/oidc`, keys: issuer.keys, siteClock }, site, sid),
    log,
  });
  const keys = hubKeys(settings.secrets);
  const { consents, logoutDeliveries, oidcArtifacts, people, profiles, refreshExchanges } = database;
  const { sessions, signingKeys, sweep } = database;
  const { hubUrl, secure, trustedProxies } = settings;
  const isRepeated = createThinning(clock);
  const recordAudit = createAuditRecorder(database.auditEvents, isRepeated);
  const throttle = createThrottle({
    attemptCounters: database.attemptCounters,
    isOn: settings.loginThrottle,
    announce: (by) => announceFailures(by),
  });
  const issuer = await openIssuer({
    recordAudit,
    clock,
    consents,
    cookies,
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
    throttle,
  });
  const { breachLookupUrl, passwordLengths } = settings;
  const passwordFault = createPasswordRule({
    lengths: passwordLengths,
    commonWords: () => [
      "Gatehouse",
      new URL(hubUrl).hostname,
      ...sites.list().flatMap(({ name, host }) => [name, host]),
    ],
    estimateGuesses,
    isBreached:
      breachLookupUrl === undefined
        ? async () => false
        : createBreachLookup({ outbound, log, url: breachLookupUrl }),
  });
  const mailIsOn = settings.mailServer !== undefined || settings.mode !== "production";
  const mail = createMailDispatcher({
    mails: database.mails,
    composers: {
      ...noticeComposers({
        hubUrl,
        describeBrowser,
        isUnfinished: createUnfinishedCheck({ auditEvents: database.auditEvents, throttle }),
      }),
      ...linkMailComposers({
        factors: database.factors,
        hubUrl,
        people,
        signUpMode: settings.signUpMode,
        verificationTokens: database.verificationTokens,
      }),
    },
    transport: mailServer ?? (mailIsOn ? "keep" : "none"),
    hubUrl,
    log,
  });
  const queueMail: QueueMail = (mail) => database.mails.queue(mail);
  const announceFailures = createFailureAnnouncement({ throttle, people, queueMail, log });
  const { auditEvents } = database;
  const chainAudit = createChainTask({ auditEvents, key: keys.audit, log, clock });
  const runUpkeep = createUpkeepTask({
    chainAudit,
    people,
    profiles,
    sessions,
    logout,
    mail,
    sweep,
    log,
  });
  const upkeep = startUpkeep({ runUpkeep, refreshKeys: () => issuer.refresh(), log });
  return {
    isRepeated,
    recordAudit,
    settings,
    log,
    database,
    sites,
    throttle,
    passwordFault,
    logout,
    mail,
    queueMail,
    mailIsOn,
    outbound,
    issuer,
    cookies,
    relyingParty: relyingPartyOf(hubUrl),
    proxyWatch: createProxyWatch({ mode: settings.mode, hubUrl, trustedProxies }, log, clock),
    keys,
    clock,
    siteClock,
    runUpkeep,
    askForAccount: createAccountQuestion({
      clock,
      cookies,
      keys: { form: keys.form, note: keys.note },
      sites,
    }),
    findSession: createFindSession({ cookies, sessions }),
    async close() {
      sites.close();
      await upkeep.close();
      await logout.close();
      await mail.close();
      await outbound.close();
      await database.close();
    },
  };
}
