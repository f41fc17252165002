import type { CentralSession, CentralSessionStore, FoundSession } from "@gatehouse/database";
import type { Cookies } from "../http/cookies.ts";
import type { Call } from "../http/route.ts";

/** Begins the stored token of a session that a program began by REST. No cookie may name one: it is no session of a browser. */
export const restSessionPrefix = "rest:";

/** Finds the central session of the browser that made a call. @param options.touch counts the call as user activity */
export type FindSession = (
  call: Pick<Call, "header">,
  options: { readonly touch: boolean },
) => Promise<FoundSession>;

/**
 * The session of a browser that is signed in, even if it opens nothing but the question whether to keep the account: the
 * user can still sign out, and needs no sign-in form.
 */
export function sessionOf(found: FoundSession): CentralSession | null {
  return found.state === "alive" || found.state === "deletion-due" ? found.session : null;
}

export function createFindSession(needs: {
  readonly cookies: Cookies;
  readonly sessions: Pick<CentralSessionStore, "find">;
}): FindSession {
  return async (call, options) => {
    const token = needs.cookies.read(call.header("cookie"), "session");
    if (token === undefined || token.startsWith(restSessionPrefix)) return { state: "unknown" };
    return needs.sessions.find(token, options);
  };
}
