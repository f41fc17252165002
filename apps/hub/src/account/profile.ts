/** `/account`: the user's profile, and the sites that they can go to. */
import type { Route } from "../http/route.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";
import { sitesToVisit } from "./home.ts";

export interface ProfileNeeds extends AccountPageNeeds {
  readonly sites: Pick<SiteRegistry, "list">;
}

export const profileRoutes = (needs: ProfileNeeds): Route[] => [
  accountPage(needs, {
    path: "/account",
    show: (common) => ({ name: "account", model: { ...common, sites: sitesToVisit(needs.sites) } }),
  }),
];
