/** Every route of the hub, in one list. */
import { account } from "./account/account.ts";
import { appPasswords } from "./app-password/app-passwords.ts";
import { confirm } from "./cas/ask-before.ts";
import { loginRoutes } from "./cas/login.ts";
import { logout } from "./cas/logout.ts";
import { proxy } from "./cas/proxy.ts";
import { rest } from "./cas/rest.ts";
import { samlValidate } from "./cas/saml-validate.ts";
import { validations } from "./cas/validate.ts";
import { disconnectApp } from "./connected-app/connected-apps.ts";
import { health } from "./health/health.ts";
import { home } from "./http/home.ts";
import { ownPagesOf } from "./http/own-pages.ts";
import type { Route } from "./http/route.ts";
import { device } from "./oidc/interaction/device.ts";
import { interactions } from "./oidc/interaction/interaction.ts";
import { postedRequests } from "./oidc/issuer/posted-request.ts";
import { webfinger } from "./oidc/issuer/webfinger.ts";
import { checkSession } from "./site-api/check-session.ts";
import type { MovableClock } from "./test-door/movable-clock.ts";
import { testDoor } from "./test-door/test-door.ts";

/** @param testClock given when the hub was started for testing; without it there is no test door */
export function hubRoutes(testClock: MovableClock | undefined): readonly Route[] {
  const own = [...interactions, ...device, disconnectApp, ...account, ...appPasswords];
  return [
    home,
    ...loginRoutes(ownPagesOf(own)),
    confirm,
    logout,
    ...validations,
    proxy,
    samlValidate,
    ...rest,
    ...own,
    ...postedRequests,
    webfinger,
    checkSession,
    ...health,
    ...(testClock === undefined ? [] : testDoor(testClock)),
  ];
}
