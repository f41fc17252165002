/** `/account/security`: the user's ways to sign in. */
import { randomUUID } from "node:crypto";
import type {
  FactorStore,
  LinkedUpstreamAccount,
  ProfileStore,
  UpstreamAccountStore,
} from "@gatehouse/database";
import type { Route } from "../http/route.ts";
import type { SecurityScreen } from "../screen/screen.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";

export interface SecurityNeeds extends AccountPageNeeds {
  readonly profiles: Pick<ProfileStore, "signInMethodsOf">;
  readonly factors: Pick<FactorStore, "of">;
  readonly listPasskeys: (personId: string) => Promise<SecurityScreen["passkeys"]>;
  readonly upstreamAccounts: Pick<UpstreamAccountStore, "listOf">;
  /** Adds the providers to the user's accounts at them. */
  readonly listProviders: (accounts: readonly LinkedUpstreamAccount[]) => SecurityScreen["providers"];
}

export const securityRoutes = (needs: SecurityNeeds): Route[] => [
  accountPage(needs, {
    path: "/account/security",
    async show(common, { session }) {
      const { id } = session.person;
      const [methods, factors, passkeys, accounts] = await Promise.all([
        needs.profiles.signInMethodsOf(id),
        needs.factors.of(id),
        needs.listPasskeys(id),
        needs.upstreamAccounts.listOf(id),
      ]);
      const providers = needs.listProviders(accounts);
      const newCodesForm = randomUUID();
      return {
        name: "account-security",
        model: { ...common, ...methods, factors, newCodesForm, passkeys, providers },
      };
    },
  }),
];
