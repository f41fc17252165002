/** Sends the mails of the outbox: composes each when it is due, and tries for a day. */
import type { MailOutcome, MailStore, QueuedMail, RenderedMail } from "@gatehouse/database";
import type { Log, LogLine } from "../log.ts";
import { createDispatcher, type Dispatcher } from "../outbox/dispatcher.ts";
import type { MailComposers } from "./compose.ts";
import { type MailServer, MailServerError } from "./mail-server.ts";
import { renderMail } from "./render-mail.ts";

/** Seconds between attempts, a day in all. The first is short, because users wait for their links. */
const pauses = [10, 30, 60, 300, 900, 1800, 3600, 7200, 14_400, 28_800, 28_800];
/** Maximum number of mails that are sent at once. */
const most = 4;
/** Longer than one attempt may take. */
const leaseSeconds = 60;
/** Time for mails that are being sent when the hub stops, in milliseconds. Later ones are sent again. */
const patience = 3_000;

/** How mails leave: `"keep"` leaves them in their rows (`/dev/mail`), `"none"` gives them up. */
export type MailTransport = MailServer | "keep" | "none";

export function createMailDispatcher(options: {
  readonly mails: Pick<MailStore, "claim" | "record">;
  readonly composers: MailComposers;
  readonly transport: MailTransport;
  readonly hubUrl: string;
  readonly log: Log;
}): Dispatcher {
  const { mails, composers, hubUrl, transport, log } = options;
  const stopping = new AbortController();

  async function send(mail: QueuedMail): Promise<void> {
    const outcome = await attempt(mail);
    await mails.record(mail.id, outcome);
    const { state } = outcome;
    const line: LogLine = {
      event: "mail.tried",
      mail: mail.id,
      kind: mail.kind,
      state,
      ...("detail" in outcome && { detail: outcome.detail }),
      ...("retryInSeconds" in outcome && { retryInSeconds: outcome.retryInSeconds }),
      attempt: mail.attempts + 1,
    };
    if (state === "pending" || state === "given-up") log.warn(line, "mail not sent");
    else log.info(line, state === "sent" ? "mail sent" : "no mail sent");
  }

  async function attempt(mail: QueuedMail): Promise<MailOutcome> {
    if (transport === "none") return { state: "given-up", detail: "SMTP_URL is not set" };
    try {
      const composed = await compose(mail);
      if (composed === null) return { state: "dropped" };
      const { recipient, content } = composed;
      if (transport === "keep") return { state: "kept", recipient, content };
      const detail = await transport.send({ id: mail.id, recipient, content }, stopping.signal);
      return { state: "sent", recipient, detail };
    } catch (error) {
      if (!(error instanceof MailServerError)) log.error({ err: error, mail: mail.id }, "mail not composed");
      const detail = error instanceof MailServerError ? error.code : "not composed";
      const retryInSeconds = pauses[mail.attempts];
      return (error instanceof MailServerError && error.permanent) || retryInSeconds === undefined
        ? { state: "given-up", detail }
        : { state: "pending", detail, retryInSeconds };
    }
  }

  async function compose(
    mail: QueuedMail,
  ): Promise<{ readonly recipient: string; readonly content: RenderedMail } | null> {
    const ofKind = composers[mail.kind as keyof MailComposers];
    // A newer version may have written it, and will send it.
    if (ofKind === undefined) throw new Error(`this version has no template "${mail.kind}"`);
    const content = await ofKind(mail);
    if (content === null) return null;
    return { recipient: content.recipient ?? mail.recipient, content: renderMail(content, hubUrl) };
  }

  const dispatcher = createDispatcher({
    name: "mail",
    most,
    claim: (limit) => mails.claim(limit, leaseSeconds),
    deliver: send,
    log,
  });
  return {
    ...dispatcher,
    async close() {
      const timer = setTimeout(() => stopping.abort(), patience);
      await dispatcher.close();
      clearTimeout(timer);
    },
  };
}
