/** `/account/security`: the user's ways to sign in. */
import type { FactorStore, ProfileStore } from "@gatehouse/database";
import type { Route } from "../http/route.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";

export interface SecurityNeeds extends AccountPageNeeds {
  readonly profiles: Pick<ProfileStore, "signInMethodsOf">;
  readonly factors: Pick<FactorStore, "of">;
}

export const securityRoutes = (needs: SecurityNeeds): Route[] => [
  accountPage(needs, {
    path: "/account/security",
    screen: "account-security",
    async own({ session }) {
      const { id } = session.person;
      const [methods, factors] = await Promise.all([
        needs.profiles.signInMethodsOf(id),
        needs.factors.of(id),
      ]);
      return { ...methods, factors };
    },
  }),
];
