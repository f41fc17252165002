/** `/account/email`: the form that asks for a new email address. It counts once the link that it receives was used. */
import type { Throttle } from "../credential/throttle.ts";
import { trimInvisible } from "../credential/typed-name.ts";
import { HubError } from "../http/hub-error.ts";
import { type KeptFormNeeds, readKeptForm } from "../http/kept-form.ts";
import { seeNotice } from "../http/page-notice.ts";
import { type Answer, type Route, route } from "../http/route.ts";
import { parseAddress } from "../mail/address.ts";
import type { QueueMail } from "../mail/queue-mail.ts";
import type { EmailScreen } from "../screen/screen.ts";
import { type AccountPageNeeds, accountPage, commonParts } from "./account-page.ts";

export interface EmailNeeds extends AccountPageNeeds, KeptFormNeeds {
  readonly queueMail: QueueMail;
  readonly throttle: Pick<Throttle, "count">;
  /** Whether mail reaches anybody. */
  readonly mailIsOn: boolean;
  /** Page that shows the mails where no mail server is set. */
  readonly mailsAt: string | null;
}

const path = "/account/email";
/** Longest text that the form shows again, in characters; no address is longer. */
const longestTyped = 254;

export const emailRoutes = (needs: EmailNeeds): Route[] => [
  accountPage(needs, {
    path,
    freshSignIn: true,
    show(common, call, { parameters }) {
      if (!needs.mailIsOn) throw mailIsOff();
      const kept = readKeptForm(needs, call, parameters, call.session.person);
      return { name: "account-email", model: { ...common, typed: kept.get("email") ?? "", error: null } };
    },
  }),
  requestChange(needs),
];

/**
 * The answer is the same whether or not the address has an account: the mail to it tells its owner. The present address
 * may be entered too, to prove it.
 */
const requestChange = (needs: EmailNeeds): Route =>
  route({
    method: "POST",
    path,
    caller: "person",
    freshSignIn: true,
    antiForgery: "form-token",
    sends: "form",
    typed: ["email"],
    speaks: "html",
    returnPage: (parameters) => ({
      page: path,
      fields: new Map([...parameters].filter(([field]) => field === "email")),
    }),
    async answer(call, { parameters }): Promise<Answer> {
      if (!needs.mailIsOn) throw mailIsOff();
      const typed = trimInvisible(parameters.get("email") ?? "");
      const refuse = (error: NonNullable<EmailScreen["error"]>): Answer => ({
        screen: {
          name: "account-email",
          model: { ...commonParts(call), typed: typed.slice(0, longestTyped), error },
        },
        ...(error.code === "too_many_mails"
          ? { status: 429, headers: { "retry-after": String(error.retryInSeconds) } }
          : { status: 400 }),
      });
      if (typed === "") return refuse({ code: "email_missing" });
      const email = parseAddress(typed);
      if (email === null) return refuse({ code: "email_unfit" });
      const counted = await needs.throttle.count("mail", {
        purpose: "email-change",
        account: email,
        address: call.address,
      });
      // The mails that the address got may have been for the accounts of others, so their links are no use to this user.
      if (!counted.allowed) return refuse({ code: "too_many_mails", retryInSeconds: counted.retryInSeconds });
      const personId = call.session.person.id;
      await needs.queueMail({ kind: "email-change", recipient: email, personId, facts: {} });
      call.log.info({ event: "email-change.requested", person: personId }, "change of address requested");
      const where = needs.mailsAt === null ? "" : ` No mail server is set here: read it at ${needs.mailsAt}.`;
      const text = `A mail goes to ${email}. Open its link and confirm the address; it counts from then on. The link works for a day.${where}`;
      return seeNotice(needs, call, "/account", { at: "profile", text });
    },
  });

function mailIsOff(): HubError {
  return new HubError(
    503,
    "mail_off",
    "Your address cannot be changed here",
    [
      "A new address has to be confirmed by a link in a mail, and this hub sends no mail.",
      "Ask its operator.",
    ],
    {},
    { label: "Back to your account", href: "/account" },
  );
}
