/** Changes on the Security page: turning one-time codes off, and making new recovery codes. */
import type { FactorStore, LoginTicketStore, RemovalFault } from "@gatehouse/database";
import { factorRecord } from "../audit/change-record.ts";
import { HubError } from "../http/hub-error.ts";
import { type PageNoticeNeeds, seeNotice } from "../http/page-notice.ts";
import { type Route, route, seeOther } from "../http/route.ts";
import type { HubKeys } from "../settings/secret-keys.ts";
import { logFactorChange } from "./complete-factor.ts";
import { createRecoveryCodes, recoveryCodesText } from "./recovery-codes.ts";
import { downloadPath, recoveryCodesModel } from "./recovery-codes-screen.ts";

export interface ChangeFactorsNeeds extends PageNoticeNeeds {
  readonly factors: FactorStore;
  readonly hubUrl: string;
  /** Makes the form for new recovery codes single-use: a repeated one would void the codes that it showed. */
  readonly loginTickets: Pick<LoginTicketStore, "consume">;
  readonly keys: Pick<HubKeys, "note">;
  /** Operators keep their last factor. */
  readonly operatorsNeedFactor: boolean;
}

const securityPage = "/account/security";
/** The form needs a session, and no session is longer. */
const formLifeSeconds = 90 * 86_400;
const returnPage = () => ({ page: securityPage });

export const changeFactorRoutes = (needs: ChangeFactorsNeeds): Route[] => [
  route({
    method: "POST",
    path: "/account/security/codes/off",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage,
    async answer(call) {
      const { person } = call.session;
      const record = () => factorRecord(call, call.session, "codes-off");
      const fault = await needs.factors.turnOffCodes(person.id, needs, record);
      if (fault !== null && fault !== "none") throw refused(fault);
      if (fault === null) logFactorChange(call, person, "codes-off");
      return seeNotice(needs, call, securityPage, {
        at: "codes",
        text: "One-time codes are off.",
        offersEnding: true,
      });
    },
  }),
  route({
    method: "POST",
    path: "/account/security/recovery-codes/new",
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const { person } = call.session;
      // Without a factor there is nothing that a recovery code could replace.
      if (!(await needs.factors.has(person.id))) return seeOther(securityPage);
      const form = `recovery-codes-${person.id}-${parameters.get("form") ?? ""}`;
      if (!(await needs.loginTickets.consume(form, formLifeSeconds)))
        return seeNotice(needs, call, securityPage, {
          at: "codes",
          text: "That form was sent already, and made no codes again. Recovery codes are shown only once: make new ones if you did not save them.",
        });
      const codes = createRecoveryCodes();
      await needs.factors.replaceRecoveryCodes(person.id, codes, () =>
        factorRecord(call, call.session, "recovery-codes-made"),
      );
      logFactorChange(call, person, "recovery-codes-made");
      const model = recoveryCodesModel(needs, {
        codes,
        token: call.formToken,
        personId: person.id,
        because: "renewed",
        continueTo: securityPage,
      });
      return { screen: { name: "recovery-codes", model } };
    },
  }),
  route({
    method: "POST",
    path: downloadPath,
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage,
    async answer(call, { parameters }) {
      const { id, username } = call.session.person;
      const codes = needs.keys.note.open(parameters.get("codes") ?? "", `recovery-codes ${id}`);
      if (codes === null) return seeOther(securityPage);
      return {
        status: 200,
        body: recoveryCodesText(codes.split(" "), username, new URL(needs.hubUrl).host),
        contentType: "text/plain; charset=utf-8",
        headers: { "content-disposition": 'attachment; filename="gatehouse-recovery-codes.txt"' },
      };
    },
  }),
];

function refused(fault: Exclude<RemovalFault, "none">): HubError {
  const link = { label: "Go to Security", href: securityPage };
  if (fault === "operator-needs-one")
    return new HubError(
      409,
      "operator_needs_factor",
      "Your account needs this",
      [
        "Operators sign in with a password and a second step. Nothing was changed.",
        "Add a passkey first; then you can turn the one-time codes off.",
      ],
      {},
      link,
    );
  return new HubError(
    409,
    "password_too_short_alone",
    "Choose a longer password first",
    [
      "Your password is too short to protect your account without a second step. Nothing was changed.",
      "Change it to a longer one; then you can turn the one-time codes off.",
    ],
    {},
    link,
  );
}
