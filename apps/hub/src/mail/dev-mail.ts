/** `/dev/mail`: the mails that the hub would send. Mounted only outside production, where anybody on this machine may read them. */
import type { ListedMail, MailStore } from "@gatehouse/database";
import { HubError } from "../http/hub-error.ts";
import { type Route, route } from "../http/route.ts";
import type { ListedMailModel, MailTextPart } from "../screen/dev-mail-screens.ts";

export interface DevMailNeeds {
  readonly mails: Pick<MailStore, "find" | "list">;
}

const path = "/dev/mail";
/** Mails on the page. */
const most = 100;

export const devMailRoutes = ({ mails }: DevMailNeeds): Route[] => [
  route({
    method: "GET",
    path,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "query",
    typed: ["to"],
    speaks: "html",
    async answer(_, { parameters }) {
      const recipient = parameters.get("to")?.trim() ?? "";
      const listed = await mails.list(most, recipient === "" ? undefined : recipient);
      return { screen: { name: "dev-mails", model: { recipient, mails: listed.map(modelOf) } } };
    },
  }),
  route({
    method: "GET",
    path: `${path}/:id`,
    caller: "anyone",
    antiForgery: "changes-nothing",
    sends: "nothing",
    speaks: "html",
    async answer(call) {
      const mail = await mails.find(call.pathParameter("id"));
      if (mail === null)
        throw new HubError(
          404,
          "mail_unknown",
          "There is no such mail",
          ["Mails are deleted a day after they were sent."],
          {},
          { label: "All mails", href: path },
        );
      const text = mail.content === null ? null : partsOf(mail.content.text);
      return { screen: { name: "dev-mail", model: { mail: modelOf(mail), text } } };
    },
  }),
];

function modelOf({ id, kind, recipient, state, detail, createdAt, content }: ListedMail): ListedMailModel {
  return {
    address: `${path}/${id}`,
    subject: content?.subject ?? null,
    ...{ kind, recipient, state, detail, createdAt },
  };
}

/** Splits a text at the addresses in it. */
function partsOf(text: string): readonly MailTextPart[] {
  return text
    .split(/(https?:\/\/[^\s<>"]*[^\s<>".,:;!?)])/)
    .map((part, index) => (index % 2 === 0 ? { text: part } : { text: part, href: part }));
}
