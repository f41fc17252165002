/** `/account/apps`: connected apps and app passwords. */
import type { ListAppPasswords } from "../app-password/app-passwords.ts";
import type { Route } from "../http/route.ts";
import { type AccountPageNeeds, accountPage } from "./account-page.ts";
import { type DisconnectAppNeeds, disconnectAppRoutes, type ListConnectedApps } from "./connected-apps.ts";

export interface AppsNeeds extends AccountPageNeeds, DisconnectAppNeeds {
  readonly listAppPasswords: ListAppPasswords;
  readonly listConnectedApps: ListConnectedApps;
}

export const appsRoutes = (needs: AppsNeeds): Route[] => [
  accountPage(needs, {
    path: "/account/apps",
    async show(common, { session: { person } }) {
      const [appPasswords, connectedApps] = await Promise.all([
        needs.listAppPasswords(person.id),
        needs.listConnectedApps(person.id),
      ]);
      return { name: "account-apps", model: { ...common, appPasswords, connectedApps } };
    },
  }),
  ...disconnectAppRoutes(needs),
];
