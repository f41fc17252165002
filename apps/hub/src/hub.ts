/**
 * Composition of the hub: opens the stores, hands each room what it needs, and collects their routes. Decides nothing.
 */
import type { Server } from "node:http";
import { type CentralSession, type Database, openDatabase } from "@gatehouse/database";
import { testClockOf } from "@gatehouse/database/test-clock";
import { activityRoutes } from "./account/activity.ts";
import { appsRoutes } from "./account/apps.ts";
import { changePasswordRoutes } from "./account/change-password.ts";
import { createConnectedAppList } from "./account/connected-apps.ts";
import { emailRoutes } from "./account/email.ts";
import { homeRoutes } from "./account/home.ts";
import { nameRoutes } from "./account/name.ts";
import { ownDataRoutes } from "./account/own-data.ts";
import { pictureRoutes } from "./account/picture.ts";
import { profileRoutes } from "./account/profile.ts";
import { securityRoutes } from "./account/security.ts";
import { sessionsRoutes } from "./account/sessions.ts";
import { appPasswordScheme } from "./app-password/app-password-scheme.ts";
import { appPasswordRoutes, createAppPasswordList } from "./app-password/app-passwords.ts";
import { createChainTask } from "./audit/chain.ts";
import {
  createAuditRecorder,
  createThinning,
  type IsRepeated,
  type RecordAudit,
} from "./audit/record-audit.ts";
import { createArrive } from "./cas/arrive.ts";
import { askBeforeRoutes } from "./cas/ask-before.ts";
import { loginRoutes } from "./cas/login.ts";
import { logoutRoutes } from "./cas/logout.ts";
import { proxyRoutes } from "./cas/proxy.ts";
import { restRoutes } from "./cas/rest.ts";
import { samlValidateRoutes } from "./cas/saml-validate.ts";
import { validateRoutes } from "./cas/validate.ts";
import { createBreachLookup } from "./credential/breach-lookup.ts";
import { estimateGuesses } from "./credential/guessability.ts";
import { createPasswordRule, type PasswordFault } from "./credential/password-rule.ts";
import { lowerPoolPriority } from "./credential/pool-priority.ts";
import { createThrottle, type Throttle } from "./credential/throttle.ts";
import { changeFactorRoutes } from "./factor/change-factors.ts";
import { createAddFirstRecoveryCodes } from "./factor/recovery-codes-screen.ts";
import { secondFactorRoutes } from "./factor/second-factor.ts";
import { setUpCodesRoutes } from "./factor/set-up-codes.ts";
import { type Cookies, createCookies } from "./http/cookies.ts";
import { describeBrowser } from "./http/describe-browser.ts";
import { createOwnPageReader, type ReadOwnPage } from "./http/own-pages.ts";
import type { Route } from "./http/route.ts";
import type { Log } from "./log.ts";
import { createLogoutDispatcher, type LogoutDispatcher } from "./logout/logout-dispatcher.ts";
import { createSignOutAnswer } from "./logout/sign-out-answer.ts";
import { devMailRoutes } from "./mail/dev-mail.ts";
import { createMailDispatcher } from "./mail/mail-dispatcher.ts";
import { openMailServer } from "./mail/mail-server.ts";
import { noticeComposers } from "./mail/notices.ts";
import type { QueueMail } from "./mail/queue-mail.ts";
import { scopesOfGrant } from "./oidc/grant/grant.ts";
import { deviceRoutes } from "./oidc/interaction/device.ts";
import { interactionRoutes } from "./oidc/interaction/interaction.ts";
import { withChosenSession } from "./oidc/interaction/restart.ts";
import { accessTokenScheme } from "./oidc/issuer/access-token-scheme.ts";
import { mountIssuer } from "./oidc/issuer/mount.ts";
import { type Issuer, openIssuer } from "./oidc/issuer/open-issuer.ts";
import { postedRequestRoutes } from "./oidc/issuer/posted-request.ts";
import { webfingerRoutes } from "./oidc/issuer/webfinger.ts";
import { createLogoutToken } from "./oidc/keys/logout-token.ts";
import { createOutbound, type Outbound } from "./outbound/outbound.ts";
import type { Dispatcher } from "./outbox/dispatcher.ts";
import { createPasskeyList, managePasskeyRoutes } from "./passkey/manage-passkeys.ts";
import { createPasskeyFactor } from "./passkey/passkey-factor.ts";
import { passkeySignInRoutes } from "./passkey/passkey-sign-in.ts";
import { type RelyingParty, relyingPartyOf } from "./passkey/webauthn.ts";
import type { Frontend } from "./server/frontend.ts";
import { healthRoutes } from "./server/health.ts";
import { createHubServer } from "./server/hub-server.ts";
import { createProxyWatch, type ProxyWatch } from "./server/proxy-watch.ts";
import { checkSessionRoutes } from "./session/check-session.ts";
import { createFindSession, type FindSession } from "./session/find-session.ts";
import { createUpkeepTask, startUpkeep, type UpkeepTask } from "./session/upkeep.ts";
import type { Settings } from "./settings/env.ts";
import { type HubKeys, hubKeys } from "./settings/secret-keys.ts";
import { createFailureAnnouncement, createUnfinishedCheck } from "./sign-in/announce-sign-in.ts";
import { type AskForAccount, createAccountQuestion } from "./sign-in/choose-account.ts";
import { createCompleteSignIn, createEnterSession } from "./sign-in/complete-sign-in.ts";
import { newPasswordRoutes } from "./sign-in/new-password.ts";
import { confirmEmailRoutes } from "./sign-up/confirm-email.ts";
import { linkMailComposers } from "./sign-up/link-mails.ts";
import { newAccountRoutes } from "./sign-up/new-account.ts";
import { requestLinkRoutes } from "./sign-up/request-link.ts";
import { resetPasswordRoutes } from "./sign-up/reset-password.ts";
import { openSiteRegistry, rulesOfMode, type SiteRegistry } from "./site-registry/site-registry.ts";
import type { MovableClock } from "./test-door/movable-clock.ts";
import { testDoorRoutes } from "./test-door/test-door.ts";
import { createUpstreamEngine } from "./upstream/auth-engine.ts";
import { connectAccountRoutes, listProviders } from "./upstream/connect-account.ts";
import { newUserRoutes, providersOfNewAccounts } from "./upstream/new-user.ts";
import { upstreamOffers, upstreamSignInRoutes } from "./upstream/upstream-sign-in.ts";

/** The opened parts of the hub. Only this file, the start and tests know them together. */
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
 * Opens the stores and everything that lives as long as the hub.
 *
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
        upstreamAccounts: database.upstreamAccounts,
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

/**
 * Hands each room what it needs, and collects their routes.
 *
 * @param testClock clock of a hub in test mode; without it there is no test door
 */
export function hubRoutes(hub: Hub, testClock: MovableClock | undefined): readonly Route[] {
  const {
    askForAccount,
    clock,
    cookies,
    database,
    findSession,
    issuer,
    runUpkeep,
    keys,
    logout,
    queueMail,
    recordAudit,
  } = hub;
  const { outbound, proxyWatch, settings, siteClock, sites, throttle } = hub;
  const { passwordFault } = hub;
  const { deletionGraceSeconds, hubUrl, mode, operatorsNeedFactor, passwordLengths } = settings;
  const { sessionIdleSeconds, sessionRememberSeconds, ticketLifeSeconds } = settings;
  const { appPasswords, consents, decisions, factors, loginTickets, logoutDeliveries, oidcArtifacts } =
    database;
  const { passkeys, passwords, pendingSignIns, people, profiles, proxyGrantingTickets } = database;
  const { sessions, tickets, upstreamAccounts } = database;
  const { mailIsOn } = hub;
  const { signUpMode } = settings;
  const { verificationTokens } = database;
  const linkForms = { cookies, keys: { form: keys.form } };
  // Without a mail server, mails stay in the outbox; production has no page that shows them.
  const mailsAt = mailIsOn && settings.mailServer === undefined ? "/dev/mail" : null;
  const apis = { settings: { hubUrl }, sites };
  const answerSignOut = createSignOutAnswer({ cookies, logout, logoutDeliveries, siteClock, sites });

  let readOwnPage: ReadOwnPage | undefined;
  // The routes that this reader knows are collected below.
  const ownPage: ReadOwnPage = (address) => {
    readOwnPage ??= createOwnPageReader(ownPages);
    return readOwnPage(address);
  };
  const arriving = {
    cookies,
    ownPage,
    sites,
    ticketLifeSeconds,
    tickets,
    withChosenSession: (page: string, session: CentralSession) =>
      withChosenSession({ keys: { form: keys.form } }, page, session),
  };
  const enterSession = createEnterSession({
    arrive: createArrive(arriving),
    cookies,
    keys: { browser: keys.browser },
    logout,
    people,
    queueMail: hub.queueMail,
    sessionRememberSeconds,
  });
  const completeSignIn = createCompleteSignIn({
    cookies,
    enterSession,
    factors,
    isRepeated: hub.isRepeated,
    keys: { browser: keys.browser, note: keys.note },
    operatorsNeedFactor,
    pendingSignIns,
    sessions,
  });
  const webAuthn = {
    clock,
    keys: { form: keys.form },
    loginTickets,
    passkeys,
    people,
    queueMail: hub.queueMail,
    recordAudit,
    relyingParty: hub.relyingParty,
  };

  const factorNeeds = {
    clock,
    cookies,
    enterSession,
    factors,
    findSession,
    keys: { browser: keys.browser, form: keys.form, note: keys.note, totp: keys.totp },
    pendingSignIns,
    sites,
  };

  const { upstreams } = settings;
  const upstreamNeeds = {
    clock,
    cookies,
    engine: createUpstreamEngine({ outbound, hubUrl, secret: keys.upstream.sign("next-auth") }),
    keys: { form: keys.form, note: keys.note, upstream: keys.upstream },
    loginTickets,
    recordAudit,
    upstreamAccounts,
    upstreams,
  };

  const accountFrame = { cookies, keys: { note: keys.note } };
  const account = [
    ...profileRoutes({ ...accountFrame, sites }),
    ...nameRoutes({ ...accountFrame, clock, profiles }),
    ...emailRoutes({ ...accountFrame, clock, mailIsOn, mailsAt, queueMail, throttle }),
    ...pictureRoutes({ ...accountFrame, profiles }),
    ...ownDataRoutes({
      ...accountFrame,
      answerSignOut,
      clock,
      deletionGraceSeconds,
      logout,
      profiles,
      recordAudit,
      sessions,
    }),
    ...securityRoutes({
      ...accountFrame,
      factors,
      profiles,
      listPasskeys: createPasskeyList({ passkeys }),
      upstreamAccounts,
      listProviders: (accounts) => listProviders({ upstreams }, accounts),
    }),
    ...connectAccountRoutes({ ...upstreamNeeds }),
    ...managePasskeyRoutes({
      ...webAuthn,
      ...accountFrame,
      addFirstRecoveryCodes: createAddFirstRecoveryCodes({ factors, keys: { note: keys.note } }),
      keys: { form: keys.form, note: keys.note },
      operatorsNeedFactor,
      providers: upstreams.map(({ id }) => id),
      pendingSignIns,
      sessionRememberSeconds,
    }),
    ...changePasswordRoutes({
      cookies,
      factors,
      keys: { browser: keys.browser, note: keys.note },
      logout,
      passwordFault,
      passwordLengths,
      passwords,
      people,
      recordAudit,
      throttle,
    }),
    ...sessionsRoutes({ ...accountFrame, sessions, sites, logout, logoutDeliveries, answerSignOut }),
    ...activityRoutes({ ...accountFrame, auditEvents: database.auditEvents, sites }),
    ...appsRoutes({
      ...accountFrame,
      consents,
      sites,
      listAppPasswords: createAppPasswordList({ apis, appPasswords }),
      listConnectedApps: createConnectedAppList({
        consents,
        sessions,
        oidcArtifacts,
        sites,
        apis,
        scopesOfGrant: (payload) => scopesOfGrant(issuer.provider, payload),
      }),
    }),
    ...appPasswordRoutes({
      ...accountFrame,
      recordAudit,
      appPasswords,
      apis,
      clock,
      throttle,
    }),
  ];
  const ownPages = [
    ...interactionRoutes({
      ...apis,
      askForAccount,
      consents,
      cookies,
      decisions,
      factors,
      findSession,
      issuer,
      keys: { form: keys.form },
      oidcArtifacts,
      sessions,
    }),
    ...deviceRoutes({
      ...apis,
      askForAccount,
      clock,
      consents,
      decisions,
      findSession,
      issuer,
      keys: { form: keys.form },
      oidcArtifacts,
      sessions,
      throttle,
    }),
    ...setUpCodesRoutes(factorNeeds),
    ...changeFactorRoutes({ ...factorNeeds, hubUrl, loginTickets, operatorsNeedFactor }),
    ...account,
  ];
  return [
    ...homeRoutes({ findSession, sites }),
    ...loginRoutes({
      ...arriving,
      ...webAuthn,
      askForAccount,
      signUpMode,
      completeSignIn,
      cookies,
      findSession,
      keys: { browser: keys.browser, form: keys.form, note: keys.note },
      logout,
      offerProviders: ({ renew }) => upstreamOffers(upstreams, renew),
      recordAudit,
      sessionIdleSeconds,
      sessionRememberSeconds,
      sessions,
      throttle,
      upstreamAccounts,
    }),
    ...upstreamSignInRoutes({
      ...upstreamNeeds,
      askForAccount,
      completeSignIn,
      findSession,
      people,
      siteClock,
      sites,
    }),
    ...newUserRoutes({ ...upstreamNeeds, mailIsOn, signUpMode, verificationTokens }),
    ...passkeySignInRoutes({
      ...webAuthn,
      askForAccount,
      completeSignIn,
      cookies,
      findSession,
      keys: { form: keys.form, note: keys.note },
      sites,
    }),
    ...secondFactorRoutes({
      ...factorNeeds,
      passkeyFactor: createPasskeyFactor(webAuthn),
      recordAudit,
      throttle,
    }),
    ...newPasswordRoutes({
      clock,
      completeSignIn,
      cookies,
      factors,
      keys: { browser: keys.browser, form: keys.form, note: keys.note },
      loginTickets,
      passwordFault,
      passwordLengths,
      passwords,
      people,
    }),
    ...requestLinkRoutes({
      ...linkForms,
      mailIsOn,
      mailsAt,
      ownPage,
      queueMail,
      signUpMode,
      sites,
      throttle,
    }),
    ...newAccountRoutes({
      ...webAuthn,
      completeSignIn,
      cookies,
      enterSession,
      findSession,
      keys: { form: keys.form, note: keys.note },
      passwordFault,
      passwordLengths,
      providers: providersOfNewAccounts({ ...upstreamNeeds, siteClock }),
      sessions,
      signUpMode,
      sites,
      throttle,
      verificationTokens,
    }),
    ...resetPasswordRoutes({
      cookies,
      factors,
      keys: { browser: keys.browser, form: keys.form, note: keys.note },
      logout,
      passwordFault,
      passwordLengths,
      passwords,
      throttle,
      verificationTokens,
    }),
    ...confirmEmailRoutes({ ...linkForms, verificationTokens }),
    ...askBeforeRoutes({
      askForAccount,
      cookies,
      findSession,
      keys: { form: keys.form },
      sites,
      ticketLifeSeconds,
      tickets,
    }),
    ...logoutRoutes({ cookies, answerSignOut, sessions, sites }),
    ...validateRoutes({ outbound, proxyGrantingTickets, sites, tickets }),
    ...proxyRoutes({ proxyGrantingTickets, sites, ticketLifeSeconds, tickets }),
    ...samlValidateRoutes({ hubUrl, siteClock, sites, tickets }),
    ...restRoutes({
      auditEvents: database.auditEvents,
      cookies,
      factors,
      hubUrl,
      isRepeated: hub.isRepeated,
      keys: { browser: keys.browser },
      logout,
      operatorsNeedFactor,
      people,
      queueMail,
      recordAudit,
      sessions,
      sites,
      throttle,
      ticketLifeSeconds,
      tickets,
    }),
    ...ownPages,
    ...postedRequestRoutes({ oidcArtifacts }),
    ...webfingerRoutes({ hubUrl }),
    ...checkSessionRoutes({ sessions, sessionIdleSeconds, clock }),
    ...healthRoutes({
      mode,
      hubUrl,
      keys: { doctor: keys.doctor },
      proxyWatch,
      sites,
      isDatabaseReady: database.isReady,
    }),
    ...(mode === "production" ? [] : devMailRoutes({ mails: database.mails })),
    ...(testClock === undefined
      ? []
      : testDoorRoutes({
          people,
          passwords,
          sessions,
          mail: hub.mail,
          mails: database.mails,
          logout,
          runUpkeep,
          clock: testClock,
          databaseClock: {
            advance: (seconds) => testClockOf(database).advance(seconds),
            reset: () => testClockOf(database).reset(),
          },
        })),
  ];
}

/** The HTTP server, not listening yet. */
export function hubServer(hub: Hub, routes: readonly Route[], frontend: Frontend): Server {
  const { clock, cookies, database, findSession, keys, log, proxyWatch, settings, sites } = hub;
  const { appPasswords, consents, factors, oidcArtifacts, sessions } = database;
  const { dev, hubUrl, secure, testDoorKey, trustedProxies } = settings;
  const { issuer, throttle } = hub;
  return createHubServer(
    {
      apiSchemes: [
        appPasswordScheme({ recordAudit: hub.recordAudit, appPasswords, throttle }),
        accessTokenScheme({ consents, issuer, oidcArtifacts, settings: { hubUrl }, sites }),
      ],
      clock,
      cookies,
      dev,
      factors,
      findSession,
      hubUrl,
      issuer: mountIssuer({ cookies, issuer, log, oidcArtifacts, secure, sessions }),
      keys: { form: keys.form, note: keys.note },
      log,
      proxyWatch,
      secure,
      sites,
      testDoorKey,
      trustedProxies,
      throttle,
    },
    routes,
    frontend,
  );
}
