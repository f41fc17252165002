/**
 * Composition of the hub: the list of rooms, and what each of them is given. Decides nothing. `open-hub.ts` opens what lives as
 * long as the process.
 */
import type { Server } from "node:http";
import type { CentralSession } from "@gatehouse/database";
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
import { createArrive } from "./cas/arrive.ts";
import { askBeforeRoutes } from "./cas/ask-before.ts";
import { loginRoutes } from "./cas/login.ts";
import { logoutRoutes } from "./cas/logout.ts";
import { proxyRoutes } from "./cas/proxy.ts";
import { restRoutes } from "./cas/rest.ts";
import { samlValidateRoutes } from "./cas/saml-validate.ts";
import { validateRoutes } from "./cas/validate.ts";
import { changeFactorRoutes } from "./factor/change-factors.ts";
import { createRecoveryCodes } from "./factor/recovery-codes.ts";
import { recoveryCodesModel } from "./factor/recovery-codes-screen.ts";
import { secondFactorRoutes } from "./factor/second-factor.ts";
import { setUpCodesRoutes } from "./factor/set-up-codes.ts";
import { createOwnPageReader, type ReadOwnPage } from "./http/own-pages.ts";
import type { Route } from "./http/route.ts";
import { createSignOutAnswer } from "./logout/sign-out-answer.ts";
import { devMailRoutes } from "./mail/dev-mail.ts";
import { scopesOfGrant } from "./oidc/grant/grant.ts";
import { deviceRoutes } from "./oidc/interaction/device.ts";
import { interactionRoutes } from "./oidc/interaction/interaction.ts";
import { withChosenSession } from "./oidc/interaction/restart.ts";
import { accessTokenScheme } from "./oidc/issuer/access-token-scheme.ts";
import { mountIssuer } from "./oidc/issuer/mount.ts";
import { postedRequestRoutes } from "./oidc/issuer/posted-request.ts";
import { webfingerRoutes } from "./oidc/issuer/webfinger.ts";
import type { Hub } from "./open-hub.ts";
import { createPasskeyList, managePasskeyRoutes } from "./passkey/manage-passkeys.ts";
import { createPasskeyFactor } from "./passkey/passkey-factor.ts";
import { passkeySignInRoutes } from "./passkey/passkey-sign-in.ts";
import type { Frontend } from "./server/frontend.ts";
import { healthRoutes } from "./server/health.ts";
import { createHubServer } from "./server/hub-server.ts";
import { checkSessionRoutes } from "./session/check-session.ts";
import { createCompleteSignIn, createEnterSession } from "./sign-in/complete-sign-in.ts";
import { newPasswordRoutes } from "./sign-in/new-password.ts";
import { confirmEmailRoutes } from "./sign-up/confirm-email.ts";
import { newAccountRoutes } from "./sign-up/new-account.ts";
import { requestLinkRoutes } from "./sign-up/request-link.ts";
import { resetPasswordRoutes } from "./sign-up/reset-password.ts";
import type { MovableClock } from "./test-door/movable-clock.ts";
import { testDoorRoutes } from "./test-door/test-door.ts";
import { createUpstreamEngine } from "./upstream/auth-engine.ts";
import { connectAccountRoutes, listProviders } from "./upstream/connect-account.ts";
import { newUserRoutes, providersOfNewAccounts } from "./upstream/new-user.ts";
import { upstreamOffers, upstreamSignInRoutes } from "./upstream/upstream-sign-in.ts";

/**
 * Hands each room what it needs, and collects their routes.
 *
 * @param testClock clock of a hub in test mode; without it there is no test door
 */
export function hubRoutes(hub: Hub, testClock: MovableClock | undefined): readonly Route[] {
  const { askForAccount, clock, cookies, database, findSession, isRepeated, issuer, keys, logout, mail } =
    hub;
  const { mailIsOn, outbound, passwordFault, proxyWatch, queueMail, recordAudit, relyingParty } = hub;
  const { runUpkeep, settings, siteClock, sites, throttle } = hub;
  const { deletionGraceSeconds, hubUrl, mode, operatorsNeedFactor, passwordLengths } = settings;
  const { sessionIdleSeconds, sessionRememberSeconds, signUpMode, ticketLifeSeconds, upstreams } = settings;
  const { appPasswords, auditEvents, consents, decisions, factors, loginTickets, logoutDeliveries } =
    database;
  const { mails, oidcArtifacts, passkeys, passwords, pendingSignIns, people, profiles } = database;
  const { proxyGrantingTickets, sessions, tickets, upstreamAccounts, verificationTokens } = database;

  let readOwnPage: ReadOwnPage | undefined;
  // The routes that this reader knows are collected below.
  const ownPage: ReadOwnPage = (address) => {
    readOwnPage ??= createOwnPageReader(ownPages);
    return readOwnPage(address);
  };

  // Shared by several rooms.
  const linkForms = { cookies, keys: { form: keys.form } };
  const accountFrame = { cookies, keys: { note: keys.note } };
  const apis = { settings: { hubUrl }, sites };
  // Without a mail server, mails stay in the outbox; production has no page that shows them.
  const mailsAt = mailIsOn && settings.mailServer === undefined ? "/dev/mail" : null;
  const answerSignOut = createSignOutAnswer({ cookies, logout, logoutDeliveries, siteClock, sites });
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
    queueMail,
    sessionRememberSeconds,
  });
  const completeSignIn = createCompleteSignIn({
    cookies,
    enterSession,
    factors,
    isRepeated,
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
    queueMail,
    recordAudit,
    relyingParty,
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

  // Sign-in: with a password, a passkey or another provider; the second step.
  const signIn = [
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
  ];
  // Accounts by link: sign-up, invitation, forgotten password, a new email address.
  const signUp = [
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
    ...newUserRoutes({ ...upstreamNeeds, mailIsOn, signUpMode, verificationTokens }),
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
  ];
  // CAS, but for its login page.
  const cas = [
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
      auditEvents,
      cookies,
      factors,
      hubUrl,
      isRepeated,
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
  ];
  // Questions of the issuer. `hubServer` mounts its endpoints.
  const oidc = [
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
  ];
  // The account of a signed-in user.
  const account = [
    ...setUpCodesRoutes(factorNeeds),
    ...changeFactorRoutes({ ...factorNeeds, hubUrl, loginTickets, operatorsNeedFactor }),
    ...profileRoutes({ ...accountFrame, sites }),
    ...nameRoutes({ ...accountFrame, clock, profiles }),
    ...emailRoutes({ ...accountFrame, clock, mailIsOn, mailsAt, queueMail, throttle }),
    ...pictureRoutes({ ...accountFrame, profiles }),
    ...ownDataRoutes({
      ...accountFrame,
      answerSignOut,
      clock,
      deletionGraceSeconds,
      keys: { browser: keys.browser, note: keys.note },
      logout,
      people,
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
      createRecoveryCodes,
      keys: { form: keys.form, note: keys.note },
      operatorsNeedFactor,
      providers: upstreams.map(({ id }) => id),
      pendingSignIns,
      sessionRememberSeconds,
      sites,
      showRecoveryCodes: (shown) => recoveryCodesModel({ keys: { note: keys.note } }, shown),
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
    ...sessionsRoutes({
      ...accountFrame,
      answerSignOut,
      keys: { browser: keys.browser, note: keys.note },
      logout,
      logoutDeliveries,
      people,
      sessions,
      sites,
    }),
    ...activityRoutes({ ...accountFrame, auditEvents, sites }),
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
  // Answers to sites and operators.
  const operation = [
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
  ];
  const testDoor =
    testClock === undefined
      ? []
      : testDoorRoutes({
          clock: testClock,
          databaseClock: {
            advance: (seconds) => testClockOf(database).advance(seconds),
            reset: () => testClockOf(database).reset(),
          },
          logout,
          mail,
          mails,
          passwords,
          people,
          runUpkeep,
          sessions,
        });
  const devMail = mode === "production" ? [] : devMailRoutes({ mails });

  const ownPages = [...oidc, ...account];
  return [
    ...homeRoutes({ findSession, sites, signUpMode }),
    ...signIn,
    ...signUp,
    ...cas,
    ...ownPages,
    ...postedRequestRoutes({ oidcArtifacts }),
    ...operation,
    ...devMail,
    ...testDoor,
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
