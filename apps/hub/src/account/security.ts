/** `/account/security`: the user's ways to sign in. */
import type { ProfileStore } from "@gatehouse/database";
import type { Route } from "../http/route.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";

export interface SecurityNeeds extends AccountPageNeeds {
  readonly profiles: Pick<ProfileStore, "signInMethodsOf">;
}

export const securityRoutes = (needs: SecurityNeeds): Route[] => [
  accountPage(needs, {
    path: "/account/security",
    screen: "account-security",
    own: ({ session }) => needs.profiles.signInMethodsOf(session.person.id),
  }),
];
