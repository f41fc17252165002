/** Logout messages to sites, in the protocol of the sign-in, and their delivery by the browser. */
import {
  createTicketId,
  isFrontChannelAddress,
  isTicketId,
  logoutRequestForm,
  renderLogoutRequest,
} from "@gatehouse/cas/server";
import type { LogoutDelivery } from "@gatehouse/database";
import type { RegisteredSite } from "../site-registry/registered-site.ts";

/** Signs the logout token of an OpenID Connect site. @param sid the session id in the site's ID tokens */
export type SignLogoutToken = (site: RegisteredSite, sid: string) => Promise<string>;

/** A form to post, or the reason for none. */
export type LogoutMessage = { readonly url: string; readonly body: string } | { readonly none: string };

/** Fields that identify the recipient of a message. */
type SignIn = Pick<LogoutDelivery, "service" | "sessionIndex">;

/** Part of a registration with the logout address of an OpenID Connect site. */
type Reachable = { readonly oidc?: { readonly backchannelLogoutUrl?: string | undefined } | undefined };

/** The session index of a sign-in by CAS is the consumed ticket; by OpenID Connect it is the `sid`. */
const isCasSignIn = ({ sessionIndex }: SignIn): boolean =>
  isTicketId("ST", sessionIndex) || isTicketId("PT", sessionIndex);

/** Whether a site requests front-channel logout for a sign-in. */
export function asksForFrontChannel(site: RegisteredSite, signIn: SignIn): boolean {
  return site.cas?.logoutChannel === "front" && isCasSignIn(signIn);
}

/** Whether the hub or the browser can notify a site; a program on the user's own machine cannot be notified. */
export function receivesLogout(site: Reachable, signIn: SignIn): boolean {
  return isCasSignIn(signIn) || site.oidc?.backchannelLogoutUrl !== undefined;
}

/**
 * Address of the front-channel message; `undefined`: the hub posts it, also if the front-channel address is unusable.
 */
export function frontChannelAddress(site: RegisteredSite, signIn: SignIn): string | undefined {
  const address = site.cas?.logoutUrl ?? signIn.service;
  return asksForFrontChannel(site, signIn) && isFrontChannelAddress(address) ? address : undefined;
}

/**
 * @see CAS protocol 3.0.3, section 2.3.3
 * @see OpenID Connect Back-Channel Logout 1.0, section 2.5
 */
export async function logoutMessage(
  site: RegisteredSite,
  delivery: LogoutDelivery,
  clock: () => Date,
  sign: SignLogoutToken,
): Promise<LogoutMessage> {
  const { sessionIndex } = delivery;
  if (!isCasSignIn(delivery)) {
    const url = site.oidc?.backchannelLogoutUrl;
    if (url === undefined) return { none: "no address to tell" };
    return { url, body: new URLSearchParams({ logout_token: await sign(site, sessionIndex) }).toString() };
  }
  // The browser notifies the site from the page after the sign-out. Without such a page nobody does, and the log says
  // so.
  if (frontChannelAddress(site, delivery) !== undefined) return { none: "front-channel" };
  const xml = renderLogoutRequest({ id: createTicketId("LR"), issueInstant: clock(), sessionIndex });
  return { url: site.cas?.logoutUrl ?? delivery.service, body: logoutRequestForm(xml).body };
}

/** Maximum number of origins listed by name. A longer header could exceed the limits of proxies in front of the hub. */
const mostByName = 20;

/**
 * Sources for the `img-src` of the page after a sign-out: the browser delivers front-channel logout messages by loading
 * pictures. Lists the sites' origins, or only their schemes if there are too many.
 *
 * @param addresses addresses of the messages
 * @see Content Security Policy Level 3, section 2.3.1 (scheme-source, host-source)
 */
export function pictureSources(addresses: readonly string[]): readonly string[] {
  const urls = addresses.map((address) => new URL(address));
  const origins = [...new Set(urls.map(({ origin }) => origin))];
  return origins.length <= mostByName ? origins : [...new Set(urls.map(({ protocol }) => protocol))].sort();
}
