/** The page after a sign-out, and the sites that are notified. */
import {
  createTicketId,
  frontChannelLogoutUrl,
  renderLogoutRequest,
  type Service,
} from "@gatehouse/cas/server";
import type { LogoutDeliveryStore } from "@gatehouse/database";
import { type FlowNeeds, startFlow } from "../http/flow.ts";
import { type Answer, type Call, seeOther } from "../http/route.ts";
import type { LoggedOutScreen } from "../screen/screen.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import type { LogoutDispatcher } from "./logout-dispatcher.ts";
import {
  asksForFrontChannel,
  frontChannelAddress,
  pictureSources,
  receivesLogout,
} from "./logout-message.ts";

export interface LogoutRecipientNeeds {
  readonly logoutDeliveries: Pick<LogoutDeliveryStore, "listOf">;
  readonly sites: Pick<SiteRegistry, "find">;
  readonly siteClock: () => Date;
}

export interface SignOutAnswerNeeds extends LogoutRecipientNeeds, FlowNeeds {
  readonly logout: Pick<LogoutDispatcher, "wake">;
}

/**
 * Answers a sign-out: clears the browser's cookies and shows a page that names the notified sites. The browser notifies
 * those that the hub cannot reach. If the browser has no site to notify and there is an address to return to, redirects
 * there.
 *
 * @param sessionIds central sessions that have just ended
 * @param options.back an address of a registered site
 * @param options.isEverywhere they were all sessions of the user
 */
export type AnswerSignOut = (
  call: Pick<Call, "log">,
  sessionIds: readonly string[],
  options?: {
    readonly back?: { readonly service: Service; readonly site: RegisteredSite } | undefined;
    readonly isEverywhere?: boolean;
  },
) => Promise<Answer>;

export function createSignOutAnswer(needs: SignOutAnswerNeeds): AnswerSignOut {
  return async (call, sessionIds, { back, isEverywhere = false } = {}) => {
    const { sites, stays, frontChannel } = await findLogoutRecipients(needs, call, sessionIds);
    const cookies = signedOutCookies(needs);
    const afterwards = needs.logout.wake;
    if (back !== undefined && frontChannel.length === 0)
      return seeOther(back.service.url, { cookies, afterwards });
    const continueTo =
      back === undefined ? null : { name: back.site.name, host: back.site.host, url: back.service.url };
    return {
      screen: {
        name: "logged-out",
        model: { sites, stays, wasSignedIn: sessionIds.length > 0, isEverywhere, frontChannel, continueTo },
      },
      cookies,
      pictureSources: pictureSources(frontChannel),
      afterwards,
    };
  };
}

/** Clears everything about the user. Earlier forms are invalid in the new flow, and their notes unreadable. */
function signedOutCookies({ cookies }: FlowNeeds): string[] {
  return [
    cookies.clear("session"),
    cookies.clear("note"),
    // A sign-in that is not complete may set up a factor or choose a password: not for the next user of the browser.
    cookies.clear("pending"),
    startFlow({ cookies }).cookie,
  ];
}

/** Sites of ended sessions, by how they learn of the end. */
interface LogoutRecipients {
  /** Informed by the hub or by the browser. */
  readonly sites: LoggedOutScreen["sites"];
  /** Cannot be informed: the user stays signed in there. */
  readonly stays: LoggedOutScreen["stays"];
  /** Addresses that the browser has to load. */
  readonly frontChannel: readonly string[];
}

/**
 * A site without a usable front-channel URL gets back-channel logout instead, so that the sign-out does not fail.
 *
 * @param askedBy the site that started the sign-out: it has signed the user out itself
 */
export async function findLogoutRecipients(
  { logoutDeliveries, sites, siteClock }: LogoutRecipientNeeds,
  { log }: Pick<Call, "log">,
  sessionIds: readonly string[],
  askedBy?: string,
): Promise<LogoutRecipients> {
  const queued = await Promise.all(sessionIds.map((id) => logoutDeliveries.listOf(id)));
  const deliveries = queued.flat().flatMap((delivery) => {
    const site = sites.find(delivery.siteId);
    return site === undefined ? [] : { site, delivery };
  });
  const notified = deliveries.flatMap(({ site, delivery }) => (receivesLogout(site, delivery) ? site : []));
  const unreachable = deliveries.flatMap(({ site, delivery }) =>
    receivesLogout(site, delivery) ? [] : site,
  );
  const frontChannel = deliveries.flatMap(({ site, delivery }) => {
    if (!asksForFrontChannel(site, delivery)) return [];
    const address = frontChannelAddress(site, delivery);
    if (address === undefined) {
      log.warn(
        { event: "front-channel-logout.skipped", site: site.id },
        "no front-channel address; told by the back channel",
      );
      return [];
    }
    const { sessionIndex } = delivery;
    const message = { id: createTicketId("LR"), issueInstant: siteClock(), sessionIndex };
    return frontChannelLogoutUrl(address, renderLogoutRequest(message));
  });
  return {
    sites: [...new Set(notified)].map(({ name, host }) => ({ name, host })),
    stays: [...new Set(unreachable)].flatMap(({ id, name, host, url }) =>
      id === askedBy ? [] : { name, host, url },
    ),
    frontChannel: await Promise.all(frontChannel),
  };
}
