/** `/cas/logout`: ends the central session. After the response, the hub notifies the session's sites. */
import { ParameterError, parseLogoutReturn, parseProtocolQuery } from "@gatehouse/cas/server";
import type { CentralSessionStore } from "@gatehouse/database";
import { actorOf } from "../audit/record-audit.ts";
import type { Cookies } from "../http/cookies.ts";
import { type Route, route } from "../http/route.ts";
import type { AnswerSignOut } from "../logout/sign-out-answer.ts";
import { sessionOf } from "../session/find-session.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface LogoutNeeds {
  readonly cookies: Cookies;
  readonly sessions: Pick<CentralSessionStore, "end" | "find">;
  readonly sites: Pick<SiteRegistry, "findByReturnAddress">;
  readonly answerSignOut: AnswerSignOut;
}

/** @see CAS protocol 3.0.3, section 2.3 */
export const logoutRoutes = ({ cookies, sessions, sites, answerSignOut }: LogoutNeeds): Route[] => [
  route({
    method: "GET",
    path: "/cas/logout",
    caller: "anyone",
    antiForgery: "sign-out-only",
    sends: "raw-query",
    speaks: "html",
    async answer(call, { rawQuery }) {
      const token = cookies.read(call.header("cookie"), "session");
      const found =
        token === undefined ? { state: "unknown" as const } : await sessions.find(token, { touch: false });
      if (token !== undefined) await sessions.end({ token }, "signed-out", actorOf(call));
      const session = sessionOf(found);
      if (session !== null)
        call.log.info(
          { event: "sign-out.accepted", person: session.person.id, session: session.id },
          "signed out",
        );
      const ended = session === null ? [] : [session.id];
      return answerSignOut(call, ended, { back: readReturn(sites, rawQuery) });
    },
  }),
];

/** An unreadable return address counts as none: it must not keep the user signed in. */
function readReturn(sites: LogoutNeeds["sites"], rawQuery: string) {
  try {
    const service = parseLogoutReturn(parseProtocolQuery(rawQuery));
    const site = service === null ? undefined : sites.findByReturnAddress(service);
    return service === null || site === undefined ? undefined : { service, site };
  } catch (error) {
    if (error instanceof ParameterError) return undefined;
    throw error;
  }
}
