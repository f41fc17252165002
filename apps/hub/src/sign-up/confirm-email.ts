/** The page behind the link that was sent to a new e-mail address: the address counts once its form was sent. */
import type { VerificationToken, VerificationTokenStore } from "@gatehouse/database";
import { actorOf, type RecordAudit } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import { type Route, route } from "../http/route.ts";
import type { QueueMail } from "../mail/queue-mail.ts";
import { linkKinds, linkPath, linkUnusable } from "./link.ts";
import { checkForm, type LinkFormNeeds, startForm } from "./link-form.ts";

export interface ConfirmEmailNeeds extends LinkFormNeeds {
  readonly verificationTokens: Pick<VerificationTokenStore, "changeEmail" | "find">;
  readonly queueMail: QueueMail;
  readonly recordAudit: RecordAudit;
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
      const result = await needs.verificationTokens.changeEmail(token);
      if (result === null) throw linkUnusable("email-change", toAccount);
      if (result.outcome === "email-taken") throw emailTaken();
      const { person, formerEmail } = result;
      const { address, userAgent } = call;
      const isNew = person.email !== formerEmail;
      call.log.info(
        { event: isNew ? "email.changed" : "email.confirmed", person: person.id, address },
        isNew ? "address changed" : "address confirmed",
      );
      await needs.recordAudit({
        ...(isNew
          ? { kind: "email-changed" }
          : { kind: "profile-changed", facts: { what: "email-confirmed" } }),
        actor: actorOf(call, person.id),
        personId: person.id,
      });
      if (isNew)
        await needs.queueMail({
          kind: "email-changed",
          recipient: formerEmail,
          personId: person.id,
          facts: { address, userAgent },
        });
      return { screen: { name: "email-confirmed", model: { email: person.email } } };
    },
  }),
];

function emailTaken(): HubError {
  return new HubError(
    409,
    "email_taken",
    "This address has an account already",
    [
      "Another account got this e-mail address after the link was sent. Your account keeps its address.",
      "Use another address, or sign in to the other account and give it another address first.",
    ],
    {},
    toAccount,
  );
}
