/** The page behind the link that was sent to a new email address: the address counts once its form was sent. */
import type { NewEmail, VerificationToken, VerificationTokenStore } from "@gatehouse/database";
import type { HubChangeRecord } from "../audit/change-record.ts";
import { actorOf } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import { type Call, type Route, route } from "../http/route.ts";
import { linkKinds, linkPath, linkUnusable } from "./link.ts";
import { checkForm, type LinkFormNeeds, startForm } from "./link-form.ts";

export interface ConfirmEmailNeeds extends LinkFormNeeds {
  readonly verificationTokens: Pick<VerificationTokenStore, "changeEmail" | "find">;
}

const { path } = linkKinds["email-change"];
const toAccount = { label: "Go to your account", href: "/account" };

export const confirmEmailRoutes = (needs: ConfirmEmailNeeds): Route[] => [
  route({
    method: "GET",
    path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    speaks: "html",
    async answer(call, { parameters }) {
      const token = parameters.get("link") ?? "";
      const link: VerificationToken | null = await needs.verificationTokens.find("email-change", token);
      if (link === null || link.person === null) throw linkUnusable("email-change", toAccount);
      const form = startForm(needs, call);
      const { name, username, email } = link.person;
      return {
        screen: {
          name: "confirm-email",
          model: {
            action: path,
            hidden: [form.token, { name: "link", value: token }],
            person: { name, username },
            formerEmail: email,
            email: link.email,
          },
        },
        cookies: form.cookies,
      };
    },
  }),
  route({
    method: "POST",
    path,
    caller: "anyone",
    antiForgery: "flow-token",
    sends: "form",
    speaks: "html",
    async answer(call, { parameters }) {
      const token = parameters.get("link") ?? "";
      checkForm(needs, call, parameters, linkPath(path, token));
      const result = await needs.verificationTokens.changeEmail(token, recordOf(call));
      if (result === null) throw linkUnusable("email-change", toAccount);
      if (result.outcome === "email-taken") throw emailTaken();
      const { person, formerEmail } = result;
      const isNew = person.email !== formerEmail;
      call.log.info(
        { event: isNew ? "email.changed" : "email.confirmed", person: person.id, address: call.address },
        isNew ? "address changed" : "address confirmed",
      );
      return { screen: { name: "email-confirmed", model: { email: person.email } } };
    },
  }),
];

/** The mail goes to the former address, whose owner may not have wanted the change. */
const recordOf =
  (call: Call) =>
  ({ person, formerEmail }: NewEmail): HubChangeRecord => {
    const { address, userAgent } = call;
    const personId = person.id;
    const by = { actor: actorOf(call, personId), personId };
    if (person.email === formerEmail)
      return { events: [{ kind: "profile-changed", ...by, facts: { what: "email-confirmed" } }] };
    const facts = { address, userAgent };
    return {
      events: [{ kind: "email-changed", ...by }],
      mail: { kind: "email-changed", recipient: formerEmail, personId, facts },
    };
  };

function emailTaken(): HubError {
  return new HubError(
    409,
    "email_taken",
    "This address has an account already",
    [
      "Another account got this email address after the link was sent. Your account keeps its address.",
      "Use another address, or sign in to the other account and give it another address first.",
    ],
    {},
    toAccount,
  );
}
