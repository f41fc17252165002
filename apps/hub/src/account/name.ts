/** `/account/name`: the form that changes the user's name. */
import type { ProfileStore } from "@gatehouse/database";
import type { HubChangeRecord } from "../audit/change-record.ts";
import { byUser } from "../audit/record-audit.ts";
import { fullName, nameFault } from "../credential/account-names.ts";
import { type KeptFormNeeds, readKeptForm } from "../http/kept-form.ts";
import { seeNotice } from "../http/page-notice.ts";
import { type Route, route } from "../http/route.ts";
import { type AccountPageNeeds, accountPage, commonParts } from "./account-page.ts";

export interface NameNeeds extends AccountPageNeeds, KeptFormNeeds {
  readonly profiles: Pick<ProfileStore, "rename">;
}

const path = "/account/name";

export const nameRoutes = (needs: NameNeeds): Route[] => [
  accountPage(needs, {
    path,
    show(common, call, { parameters }) {
      const { person } = call.session;
      const kept = readKeptForm(needs, call, parameters, person);
      const typed = kept.get("name") ?? person.name;
      return { name: "account-name", model: { ...common, typed, error: null } };
    },
  }),
  route({
    method: "POST",
    path,
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    typed: ["name"],
    speaks: "html",
    returnPage: (parameters) => ({
      page: path,
      fields: new Map([...parameters].filter(([field]) => field === "name")),
    }),
    async answer(call, { parameters }) {
      const name = fullName(parameters.get("name") ?? "");
      const error = nameFault(name);
      if (error !== undefined)
        return {
          screen: { name: "account-name", model: { ...commonParts(call), typed: name, error } },
          status: 400,
        };
      const record = (): HubChangeRecord => ({
        events: [{ kind: "profile-changed", ...byUser(call), facts: { what: "name" } }],
      });
      await needs.profiles.rename(call.session.person.id, name, record);
      call.log.info(
        { event: "profile.changed", person: call.session.person.id, what: "name" },
        "name changed",
      );
      const text = `Your name is ${name}. Sites show it after your next sign-in there.`;
      return seeNotice(needs, call, "/account", { at: "profile", text });
    },
  }),
];
