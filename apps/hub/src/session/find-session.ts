import type { CentralSessionStore, FoundSession } from "@gatehouse/database";
import type { Cookies } from "../http/cookies.ts";
import type { Call } from "../http/route.ts";

/** Finds the central session of the browser that made a call. @param options.touch counts the call as user activity */
export type FindSession = (
  call: Pick<Call, "header">,
  options: { readonly touch: boolean },
) => Promise<FoundSession>;

export function createFindSession(needs: {
  readonly cookies: Cookies;
  readonly sessions: Pick<CentralSessionStore, "find">;
}): FindSession {
  return async (call, options) => {
    const token = needs.cookies.read(call.header("cookie"), "session");
    return token === undefined ? { state: "unknown" } : needs.sessions.find(token, options);
  };
}
