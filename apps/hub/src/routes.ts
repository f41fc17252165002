/** Hands each room what it needs, and collects their routes. */
import { testClockOf } from "@gatehouse/database/test-clock";
import { accountRoutes } from "./account/account.ts";
import { appPasswordScheme } from "./app-password/app-password-scheme.ts";
import { appPasswordRoutes, createAppPasswordList } from "./app-password/app-passwords.ts";
import { askBeforeRoutes } from "./cas/ask-before.ts";
import { loginRoutes } from "./cas/login.ts";
import { logoutRoutes } from "./cas/logout.ts";
import { proxyRoutes } from "./cas/proxy.ts";
import { restRoutes } from "./cas/rest.ts";
import { samlValidateRoutes } from "./cas/saml-validate.ts";
import { validateRoutes } from "./cas/validate.ts";
import { connectedAppRoutes, createConnectedAppList } from "./connected-app/connected-apps.ts";
import { healthRoutes } from "./health/health.ts";
import type { NextHandler } from "./http/draw-screen.ts";
import { homeRoutes } from "./http/home.ts";
import { createHubServer } from "./http/hub-server.ts";
import { ownPagesOf } from "./http/own-pages.ts";
import type { Route } from "./http/route.ts";
import type { Hub } from "./hub.ts";
import { createGoodbye } from "./logout/goodbye.ts";
import { scopesOfGrant } from "./oidc/grant/grant.ts";
import { deviceRoutes } from "./oidc/interaction/device.ts";
import { interactionRoutes } from "./oidc/interaction/interaction.ts";
import { withChosenSession } from "./oidc/interaction/restart.ts";
import { accessTokenScheme } from "./oidc/issuer/access-token-scheme.ts";
import { mountIssuer } from "./oidc/issuer/mount.ts";
import { postedRequestRoutes } from "./oidc/issuer/posted-request.ts";
import { webfingerRoutes } from "./oidc/issuer/webfinger.ts";
import { checkSessionRoutes } from "./site-api/check-session.ts";
import type { MovableClock } from "./test-door/movable-clock.ts";
import { testDoorRoutes } from "./test-door/test-door.ts";

/** @param testClock given when the hub was started for testing; without it there is no test door */
export function hubRoutes(hub: Hub, testClock: MovableClock | undefined): readonly Route[] {
  const { askWhichAccount, clock, cookies, database, findSession, issuer, keepUp, keys, logout } = hub;
  const { deviceThrottle, outbound, proxyWatch, settings, siteClock, sites, throttle, wrongTries } = hub;
  const { hubUrl, mode, sessionIdleSeconds, sessionRememberSeconds, ticketLifeSeconds } = settings;
  const { appPasswords, consents, decisions, loginTickets, logoutDeliveries, oidcArtifacts, people } =
    database;
  const { proxyGrantingTickets, sessions, tickets } = database;
  const apis = { settings: { hubUrl }, sites };
  const sayGoodbye = createGoodbye({ cookies, logout, logoutDeliveries, siteClock, sites });

  const account = accountRoutes({
    sessions,
    sites,
    logout,
    sayGoodbye,
    listAppPasswords: createAppPasswordList({ apis, appPasswords }),
    listConnectedApps: createConnectedAppList({
      consents,
      sessions,
      oidcArtifacts,
      sites,
      apis,
      scopesOfGrant: (payload) => scopesOfGrant(issuer.provider, payload),
    }),
  });
  const ownPages = [
    ...interactionRoutes({
      ...apis,
      askWhichAccount,
      consents,
      cookies,
      decisions,
      findSession,
      issuer,
      keys: { form: keys.form },
      oidcArtifacts,
      sessions,
    }),
    ...deviceRoutes({
      ...apis,
      askWhichAccount,
      clock,
      consents,
      decisions,
      deviceThrottle,
      findSession,
      issuer,
      keys: { form: keys.form },
      oidcArtifacts,
      sessions,
    }),
    ...connectedAppRoutes({ consents }),
    ...account,
    ...appPasswordRoutes({ appPasswords, apis, wrongTries, clock, keys: { note: keys.note } }),
  ];
  return [
    ...homeRoutes({ findSession, sites }),
    ...loginRoutes({
      askWhichAccount,
      clock,
      cookies,
      findSession,
      keys: { browser: keys.browser, form: keys.form, note: keys.note },
      loginTickets,
      logout,
      ownPage: ownPagesOf(ownPages),
      people,
      sessionIdleSeconds,
      sessionRememberSeconds,
      sessions,
      sites,
      throttle,
      ticketLifeSeconds,
      tickets,
      withChosenSession: (page, session) => withChosenSession({ keys }, page, session),
    }),
    ...askBeforeRoutes({
      askWhichAccount,
      findSession,
      keys: { form: keys.form },
      sites,
      ticketLifeSeconds,
      tickets,
    }),
    ...logoutRoutes({ cookies, sayGoodbye, sessions, sites }),
    ...validateRoutes({ outbound, proxyGrantingTickets, sites, tickets }),
    ...proxyRoutes({ proxyGrantingTickets, sites, ticketLifeSeconds, tickets }),
    ...samlValidateRoutes({ hubUrl, siteClock, sites, tickets }),
    ...restRoutes({ hubUrl, logout, people, sessions, sites, throttle, ticketLifeSeconds, tickets }),
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
    ...(testClock === undefined
      ? []
      : testDoorRoutes({
          people,
          sessions,
          logout,
          keepUp,
          clock: testClock,
          databaseClock: {
            advance: (seconds) => testClockOf(database).advance(seconds),
            reset: () => testClockOf(database).reset(),
          },
        })),
  ];
}

export function hubServer(hub: Hub, routes: readonly Route[], next: NextHandler) {
  const { clock, cookies, database, findSession, keys, log, proxyWatch, settings, sites } = hub;
  const { appPasswords, consents, oidcArtifacts, sessions } = database;
  const { dev, hubUrl, secure, testDoorKey, trustedProxies } = settings;
  const { issuer, wrongSecrets, wrongTries } = hub;
  return createHubServer(
    {
      apiSchemes: [
        appPasswordScheme({ appPasswords, wrongTries }),
        accessTokenScheme({ consents, issuer, oidcArtifacts, settings: { hubUrl }, sites }),
      ],
      clock,
      cookies,
      dev,
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
      wrongSecrets,
    },
    routes,
    next,
  );
}
