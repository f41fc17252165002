/** `/account/security`: the user's ways to sign in. */
import type { FactorStore, ProfileStore } from "@gatehouse/database";
import type { Route } from "../http/route.ts";
import type { ListPasskeys } from "../passkey/manage-passkeys.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";

export interface SecurityNeeds extends AccountPageNeeds {
  readonly profiles: Pick<ProfileStore, "signInMethodsOf">;
  readonly factors: Pick<FactorStore, "of">;
  readonly listPasskeys: ListPasskeys;
}

export const securityRoutes = (needs: SecurityNeeds): Route[] => [
  accountPage(needs, {
    path: "/account/security",
    screen: "account-security",
    async own({ session }) {
      const { id } = session.person;
      const [methods, factors, passkeys] = await Promise.all([
        needs.profiles.signInMethodsOf(id),
        needs.factors.of(id),
        needs.listPasskeys(id),
      ]);
      return { ...methods, factors, passkeys };
    },
  }),
];
