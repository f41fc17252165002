import { type Route, route, seeOther } from "../http/route.ts";
import { type FindSession, sessionOf } from "../session/find-session.ts";
import type { SignUpMode } from "../settings/env.ts";
import { signUpPath } from "../sign-in/login-address.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface HomeNeeds {
  readonly findSession: FindSession;
  readonly sites: Pick<SiteRegistry, "list">;
  readonly signUpMode: SignUpMode;
}

/** The front page, with the sites that users can visit; redirects signed-in users to their account page. */
export const homeRoutes = ({ findSession, sites, signUpMode }: HomeNeeds): Route[] => [
  route({
    method: "GET",
    path: "/",
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "nothing",
    speaks: "html",
    async answer(call) {
      const found = await findSession(call, { touch: false });
      if (sessionOf(found) !== null) return seeOther("/account");
      const signUp = signUpMode === "open" ? signUpPath : null;
      return { screen: { name: "home", model: { signUp, sites: sitesToVisit(sites) } } };
    },
  }),
];

/** Sites that users sign in to with a browser; not programs, and not APIs. */
export function sitesToVisit(
  sites: Pick<SiteRegistry, "list">,
): readonly { name: string; host: string; url: string }[] {
  return sites
    .list()
    .filter(isVisited)
    .map(({ name, host, url }) => ({ name, host, url }));
}

function isVisited({ cas, oidc }: RegisteredSite): boolean {
  return cas !== undefined || (oidc?.applicationType === "web" && oidc.grants.includes("authorization_code"));
}
