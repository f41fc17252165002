/**
 * The issuer's pages are asked for by POST too. A form that another site has the browser post comes without our
 * cookies, which are `SameSite=Lax`; the GET that it is answered with has them.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1; RP-Initiated Logout 1.0, section 2
 */
import { type Route, route, seeOther } from "../http/route.ts";

/** Asks for the page by GET, with the same parameters. */
function askAgain(path: string): Route {
  return route({
    method: "POST",
    path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "form",
    speaks: "html",
    answer: async (_call, { parameters }) => seeOther(`${path}?${new URLSearchParams([...parameters])}`),
  });
}

export const postedRequests: readonly Route[] = [askAgain("/oidc/auth"), askAgain("/oidc/session/end")];
