/** Logout message to a site, in the protocol of its sign-in. */
import {
  createTicketId,
  isFrontChannelAddress,
  isTicketId,
  logoutRequestForm,
  renderLogoutRequest,
} from "@gatehouse/cas/server";
import type { LogoutDelivery } from "@gatehouse/database";
import type { RegisteredSite } from "../site-registry/registered-site.ts";

/** Signs what an OpenID Connect site is told; the name of the session is its own. */
export type SignLogoutToken = (site: RegisteredSite, sid: string) => Promise<string>;

/** A form to post; or why there is none to. */
export type LogoutMessage = { readonly url: string; readonly body: string } | { readonly none: string };

/** Fields that identify the recipient of a message. */
type SignIn = Pick<LogoutDelivery, "service" | "sessionIndex">;

/** Part of a registration with the logout address of an OpenID Connect site. */
type Reachable = { readonly oidc?: { readonly backchannelLogoutUrl?: string | undefined } | undefined };

/** A sign-in by CAS is named by the ticket it was made from, one by OpenID Connect by its sid. */
const isCasSignIn = ({ sessionIndex }: SignIn): boolean =>
  isTicketId("ST", sessionIndex) || isTicketId("PT", sessionIndex);

/** Whether a site asks to be told of a sign-in by the person's browser. */
export function asksForFrontChannel(site: RegisteredSite, signIn: SignIn): boolean {
  return site.cas?.logoutChannel === "front" && isCasSignIn(signIn);
}

/** Whether there is a way to tell a site; a program on her own machine has none. */
export function canBeTold(site: Reachable, signIn: SignIn): boolean {
  return isCasSignIn(signIn) || site.oidc?.backchannelLogoutUrl !== undefined;
}

/** Where her browser brings the message; `undefined`: the hub posts it, also where no browser could bring it. */
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
  // Told by her browser, from the page after sign-out; where no page was shown it stays untold, and is seen so.
  if (frontChannelAddress(site, delivery) !== undefined) return { none: "front-channel" };
  const xml = renderLogoutRequest({ id: createTicketId("LR"), issueInstant: clock(), sessionIndex });
  return { url: site.cas?.logoutUrl ?? delivery.service, body: logoutRequestForm(xml).body };
}
