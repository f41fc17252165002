/**
 * App passwords: a user gives one to a program instead of the account's password. Users make and revoke them on their
 * account page; the hub's own API accepts them as `Basic` credentials, and sites ask the hub to verify them.
 */
import type { AppPasswordStore } from "@gatehouse/database";
import type { HubChangeRecord } from "../audit/change-record.ts";
import { byUser } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import { type PageNoticeNeeds, seeNotice } from "../http/page-notice.ts";
import { json, type Route, route } from "../http/route.ts";
import type { AppsScreen } from "../screen/screen.ts";
import { type ApiSources, ownScope } from "../site-registry/known-apis.ts";
import { allowedBy } from "./app-password-scopes.ts";
import { appsPage, type MakeAppPasswordNeeds, makeAppPasswordRoutes } from "./make-app-password.ts";
import type { VerifyAppPasswordNeeds } from "./verify-app-password.ts";
import { verifyForSiteRoutes } from "./verify-for-site.ts";

export interface AppPasswordNeeds extends MakeAppPasswordNeeds, VerifyAppPasswordNeeds {
  readonly appPasswords: Pick<AppPasswordStore, "create" | "findForUse" | "revoke">;
}

/** `/api/v1/me`: the user that a program acts for, its credential, and the scopes of that credential. */
const me = route({
  method: "GET",
  path: "/api/v1/me",
  caller: "api",
  scope: ownScope,
  antiForgery: "changes-nothing",
  sends: "nothing",
  speaks: "json",
  async answer({ person, credential, requestId }) {
    const { scopes, ...rest } = credential;
    const { id: sub, username: user, name, email } = person;
    const headers = { "x-request-id": requestId };
    return json(200, { sub, user, name, email, credential: rest, scopes }, { headers });
  },
});

export const appPasswordRoutes = (needs: AppPasswordNeeds): Route[] => [
  ...makeAppPasswordRoutes(needs),
  revokeAppPassword(needs),
  me,
  ...verifyForSiteRoutes(needs),
];

/** Lists a user's app passwords for the account page. */
export type ListAppPasswords = (personId: string) => Promise<AppsScreen["appPasswords"]>;

export function createAppPasswordList(needs: {
  readonly apis: ApiSources;
  readonly appPasswords: Pick<AppPasswordStore, "listOf">;
}): ListAppPasswords {
  return async (personId) => {
    const found = await needs.appPasswords.listOf(personId);
    return found.map(({ scopes, ...rest }) => ({ ...rest, allows: allowedBy(scopes, needs.apis) }));
  };
}

/** `/account/app-passwords/revoke`: takes effect at the next call that uses the app password. */
function revokeAppPassword(needs: PageNoticeNeeds & Pick<AppPasswordNeeds, "appPasswords">): Route {
  return route({
    method: "POST",
    path: "/account/app-passwords/revoke",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page: appsPage }),
    async answer(call, { parameters }) {
      const id = parameters.get("app-password") ?? "";
      if (id === "") {
        throw new HubError(400, "app_password_missing", "Which app password?", [
          "The form named no app password to revoke. Nothing was changed.",
          "Go back to your account and choose one.",
        ]);
      }
      const personId = call.session.person.id;
      const record = ({ name }: { readonly name: string }): HubChangeRecord => ({
        events: [{ kind: "app-password-revoked", ...byUser(call), facts: { appPassword: id, name } }],
      });
      const revoked = await needs.appPasswords.revoke({ id, personId }, record);
      if (revoked === null)
        return seeNotice(needs, call, appsPage, {
          at: "app-passwords",
          text: "That app password was revoked already.",
        });
      call.log.info(
        { event: "app-password.revoked", person: personId, appPassword: id },
        "app password revoked",
      );
      const text = `${revoked} is revoked. Whatever used it is refused from now on.`;
      return seeNotice(needs, call, appsPage, { at: "app-passwords", text });
    },
  });
}
