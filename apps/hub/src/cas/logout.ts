/** `/cas/logout`: ends the central session; every site of it is told after this answer has gone out. */
import {
  createTicketId,
  frontChannelLogoutUrl,
  ParameterError,
  parseLogoutReturn,
  parseProtocolQuery,
  renderLogoutRequest,
  type Service,
} from "@gatehouse/cas/server";
import { type Answer, type Call, route, seeOther } from "../http/route.ts";
import type { Hub } from "../hub.ts";
import type { Log } from "../log.ts";
import { asksForFrontChannel, canBeTold, frontChannelAddress } from "../logout/logout-message.ts";
import type { LoggedOutScreen } from "../screen.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { freshFlow } from "./login-form.ts";
import { pictureSources } from "./picture-sources.ts";

/** @see CAS protocol 3.0.3, section 2.3 */
export const logout = route({
  method: "GET",
  path: "/cas/logout",
  caller: "anyone",
  antiForgery: "sign-out-only",
  sends: "raw-query",
  speaks: "html",
  async answer(call, { rawQuery }) {
    const { hub } = call;
    const token = hub.cookies.read(call.header("cookie"), "session");
    const found =
      token === undefined
        ? { state: "unknown" as const }
        : await hub.database.sessions.find(token, { touch: false });
    if (token !== undefined) await hub.database.sessions.end({ token }, "signed-out");
    const cookies = signedOutCookies(hub);
    if (found.state === "alive")
      call.log.info(
        { event: "sign_out", person: found.session.person.id, session: found.session.id },
        "signed out",
      );
    return sayGoodbye(
      call,
      found.state === "alive" ? [found.session.id] : [],
      cookies,
      readReturn(call, rawQuery),
    );
  },
});

/**
 * Cookies of a browser after a sign-out, without anything about the user. Earlier forms are invalid in the new flow, and
 * their notes unreadable.
 */
export function signedOutCookies({ cookies }: Pick<Hub, "cookies">): string[] {
  return [cookies.clear("session"), cookies.clear("note"), freshFlow({ cookies }).cookie];
}

/** Whom to tell by way of the browser, and who is told from behind. */
interface Told {
  readonly sites: LoggedOutScreen["sites"];
  readonly stays: LoggedOutScreen["stays"];
  readonly frontChannel: readonly string[];
}

/**
 * The page after a sign-out: it names the sites that are being told, and has the browser tell those that the
 * hub cannot reach. With a way back and nobody to tell by browser there is no page in between.
 *
 * @param sessionIds central sessions that have just ended
 * @param back where she wants to go; of a registered site
 */
export async function sayGoodbye(
  call: Call,
  sessionIds: readonly string[],
  cookies: readonly string[],
  back?: { readonly service: Service; readonly site: RegisteredSite } | undefined,
): Promise<Answer> {
  const { hub } = call;
  const { sites, stays, frontChannel } = await whoIsTold(call, sessionIds);
  const afterwards = hub.logout.wake;
  if (back !== undefined && frontChannel.length === 0)
    return seeOther(back.service.url, { cookies, afterwards });
  const continueTo =
    back === undefined ? null : { name: back.site.name, host: back.site.host, url: back.service.url };
  return {
    screen: {
      name: "logged-out",
      model: { sites, stays, wasSignedIn: sessionIds.length > 0, frontChannel, continueTo },
    },
    cookies,
    pictureSources: pictureSources(frontChannel),
    afterwards,
  };
}

/**
 * A site without a usable front-channel URL gets back-channel logout instead, so that the sign-out does not fail.
 *
 * @param askedBy the site whose own sign-out brought the user here: it has signed itself out
 */
export async function whoIsTold(
  { hub, log }: { readonly hub: Pick<Hub, "database" | "sites" | "siteClock">; readonly log: Log },
  sessionIds: readonly string[],
  askedBy?: string,
): Promise<Told> {
  const queued = await Promise.all(sessionIds.map((id) => hub.database.logoutDeliveries.listOf(id)));
  const deliveries = queued.flat().flatMap((delivery) => {
    const site = hub.sites.find(delivery.siteId);
    return site === undefined ? [] : { site, delivery };
  });
  const told = deliveries.flatMap(({ site, delivery }) => (canBeTold(site, delivery) ? site : []));
  const untold = deliveries.flatMap(({ site, delivery }) => (canBeTold(site, delivery) ? [] : site));
  const frontChannel = deliveries.flatMap(({ site, delivery }) => {
    if (!asksForFrontChannel(site, delivery)) return [];
    const address = frontChannelAddress(site, delivery);
    if (address === undefined) {
      log.warn(
        { event: "logout.no-front-channel", site: site.id },
        "no address for a browser; told from behind",
      );
      return [];
    }
    const { sessionIndex } = delivery;
    const message = { id: createTicketId("LR"), issueInstant: hub.siteClock(), sessionIndex };
    return frontChannelLogoutUrl(address, renderLogoutRequest(message));
  });
  return {
    sites: [...new Set(told)].map(({ name, host }) => ({ name, host })),
    stays: [...new Set(untold)].flatMap(({ id, name, host, url }) =>
      id === askedBy ? [] : { name, host, url },
    ),
    frontChannel: await Promise.all(frontChannel),
  };
}

/** Nothing about the way back may keep anybody signed in: what cannot be read is as good as none. */
function readReturn(call: Call, rawQuery: string) {
  try {
    const service = parseLogoutReturn(parseProtocolQuery(rawQuery));
    const site = service === null ? undefined : call.hub.sites.findByReturnAddress(service);
    return service === null || site === undefined ? undefined : { service, site };
  } catch (error) {
    if (error instanceof ParameterError) return undefined;
    throw error;
  }
}
