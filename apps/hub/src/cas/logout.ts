/** `/cas/logout`: ends the central session; every site of it is told after this answer has gone out. */
import { parseLogoutReturn } from "@gatehouse/cas/server";
import { type Answer, type Call, route, seeOther } from "../http/route.ts";
import { flowOf, writeNote } from "./login-form.ts";

/** @see CAS protocol 3.0.3, section 2.3 */
export const logout = route({
  method: "GET",
  path: "/cas/logout",
  caller: "anyone",
  antiForgery: "sign-out-only",
  sends: "query",
  speaks: "html",
  async answer(call, { parameters }) {
    const { hub } = call;
    const token = hub.cookies.read(call.header("cookie"), "session");
    const found =
      token === undefined
        ? { state: "unknown" as const }
        : await hub.database.sessions.find(token, { touch: false });
    if (token !== undefined) await hub.database.sessions.end({ token }, "signed-out");
    const cookies = [hub.cookies.clear("session")];
    if (found.state === "alive") {
      call.log.info(
        { event: "sign_out", person: found.session.person.id, session: found.session.id },
        "signed out",
      );
      const flow = flowOf(call);
      cookies.push(
        ...flow.cookies,
        writeNote(hub, flow.id, { username: found.session.person.username, reason: "signed-out" }),
      );
    }
    const afterwards = hub.logout.wake;
    const returnTo = parseLogoutReturn(parameters);
    if (returnTo !== null && hub.sites.findByReturnAddress(returnTo) !== undefined) {
      return seeOther(returnTo.url, { cookies, afterwards });
    }
    return found.state === "alive"
      ? sayGoodbye(call, [found.session.id], cookies)
      : {
          screen: {
            name: "logged-out",
            model: { sites: [], wasSignedIn: false, frontChannel: [], continueTo: null },
          },
          cookies,
          afterwards,
        };
  },
});

/**
 * The page after a sign-out: it names the sites that are being told.
 *
 * @param sessionIds central sessions that have just ended
 */
export async function sayGoodbye(
  call: Call,
  sessionIds: readonly string[],
  cookies: readonly string[],
): Promise<Answer> {
  const { hub } = call;
  const told = await Promise.all(sessionIds.map((id) => hub.database.logoutDeliveries.listOf(id)));
  const ids = new Set(told.flat().map(({ siteId }) => siteId));
  const sites = [...ids].flatMap((id) => hub.sites.find(id) ?? []).map(({ name, host }) => ({ name, host }));
  return {
    screen: { name: "logged-out", model: { sites, wasSignedIn: true, frontChannel: [], continueTo: null } },
    cookies,
    afterwards: hub.logout.wake,
  };
}
