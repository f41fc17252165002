/** A mail server in the process: takes mails as a real one does, and refuses what a test wants refused. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type ParsedMail, simpleParser } from "mailparser";
import { SMTPServer, type SMTPServerOptions } from "smtp-server";

export interface CaughtMail {
  /** Recipients of the envelope, which decide where a mail goes. */
  readonly to: readonly string[];
  readonly from: string;
  /** The connection was encrypted. */
  readonly secure: boolean;
  readonly user: string | undefined;
  readonly parsed: ParsedMail;
  /** As it came over the wire. */
  readonly raw: string;
}

export interface MailCatcher {
  readonly port: number;
  readonly url: string;
  readonly caught: readonly CaughtMail[];
  /** Number of recipients that were asked for, refused ones included. */
  readonly attempts: number;
  /** Refuses recipients with this reply from now on; `undefined`: accepts them. */
  refuse(
    step: "recipient" | "data" | "sender",
    reply: { readonly code: number; readonly text: string } | undefined,
  ): void;
  /** Lets the next mails wait until the returned function is called. */
  hold(): () => void;
  close(): Promise<void>;
}

/**
 * @param options for TLS and authentication; without them neither is offered
 * @param at port; absent: a free one
 */
export async function openMailCatcher(options: SMTPServerOptions = {}, at = 0): Promise<MailCatcher> {
  const caught: CaughtMail[] = [];
  const refusals = new Map<string, { readonly code: number; readonly text: string }>();
  let attempts = 0;
  let held = Promise.resolve();
  const refusalAt = (step: string): Error | null => {
    const refusal = refusals.get(step);
    return refusal === undefined
      ? null
      : Object.assign(new Error(refusal.text), { responseCode: refusal.code });
  };
  const server = new SMTPServer({
    authOptional: options.onAuth === undefined,
    disabledCommands: [
      ...(options.key === undefined ? ["STARTTLS"] : []),
      ...(options.onAuth === undefined ? ["AUTH"] : []),
    ],
    // Names of clients are not looked up.
    disableReverseLookup: true,
    onMailFrom: (_, __, done) => done(refusalAt("sender")),
    onRcptTo(_, __, done) {
      attempts += 1;
      done(refusalAt("recipient"));
    },
    async onData(stream, session, done) {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) chunks.push(chunk as Buffer);
      await held;
      const refusal = refusalAt("data");
      if (refusal !== null) return done(refusal);
      const { mailFrom, rcptTo } = session.envelope;
      const raw = Buffer.concat(chunks).toString("latin1");
      caught.push({
        to: rcptTo.map(({ address }) => address),
        from: mailFrom ? mailFrom.address : "",
        secure: session.secure,
        user: typeof session.user === "string" ? session.user : undefined,
        parsed: await simpleParser(Buffer.concat(chunks)),
        raw,
      });
      done(null);
    },
    ...options,
  });
  // A client that leaves in the middle is part of some tests.
  server.on("error", () => undefined);
  const listener = server.listen(at, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    caught,
    get attempts() {
      return attempts;
    },
    refuse(step, reply) {
      if (reply === undefined) refusals.delete(step);
      else refusals.set(step, reply);
    },
    hold() {
      const { promise, resolve } = Promise.withResolvers<void>();
      held = promise;
      return resolve;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
