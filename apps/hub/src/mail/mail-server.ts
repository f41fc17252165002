/** The only place that imports nodemailer: sends one mail through the operator's mail server. */
import { readFileSync } from "node:fs";
import { rootCertificates } from "node:tls";
import type { RenderedMail } from "@gatehouse/database";
import { createTransport } from "nodemailer";
import { isLoopbackHost, type Settings } from "../settings/env.ts";
import type { MailServerSetting } from "../settings/setting-readers.ts";
import { SettingsError } from "../settings/start-errors.ts";
import { parseAddress } from "./address.ts";

export interface OutgoingMail {
  /** Stays the same in every attempt, so that mail servers can recognise a repeated mail. */
  readonly id: string;
  readonly recipient: string;
  readonly content: RenderedMail;
}

export interface MailServer {
  /**
   * Sends a mail.
   *
   * @returns reply code of the server
   * @throws MailServerError if the server did not accept it
   */
  send(mail: OutgoingMail, signal?: AbortSignal): Promise<string>;
  /** Connects, signs in and sends nothing. @throws MailServerError */
  verify(): Promise<void>;
}

export class MailServerError extends Error {
  override readonly name = "MailServerError";
  /** Reply code, or the code of the failed connection: `550 5.1.1`, `ETIMEDOUT`, `ESOCKET ECONNREFUSED`. */
  readonly code: string;
  /** The server refused this recipient or this mail for good. */
  readonly permanent: boolean;

  constructor(code: string, permanent: boolean, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
    this.permanent = permanent;
  }
}

/** One attempt, in milliseconds. */
const timeLimit = 30_000;
/** One step of it: connecting, the greeting, a reply. */
const stepLimit = 10_000;

/**
 * Options of nodemailer. Without STARTTLS nothing is sent, except on loopback, where nobody listens in and certificates
 * are rarely valid.
 *
 * @see RFC 8314, section 3
 */
export function smtpOptions(server: MailServerSetting, certificateAuthorityFile: string | undefined) {
  const isLoopback = isLoopbackHost(server.host);
  return {
    // The system's resolver does not know *.localhost.
    host: isLoopback && !server.host.includes(":") ? "127.0.0.1" : server.host,
    port: server.port,
    secure: server.implicitTls,
    requireTLS: !server.implicitTls && !isLoopback,
    ignoreTLS: !server.implicitTls && isLoopback,
    tls: {
      servername: server.host,
      ...(certificateAuthorityFile !== undefined && {
        ca: [...rootCertificates, readFileSync(certificateAuthorityFile, "utf8")],
      }),
    },
    ...(server.user !== undefined && { auth: { user: server.user, pass: server.password ?? "" } }),
    connectionTimeout: stepLimit,
    greetingTimeout: stepLimit,
    socketTimeout: stepLimit,
    dnsTimeout: stepLimit,
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/**
 * The mail server of the settings, not connected yet.
 *
 * @returns `undefined`: none is set
 * @throws SettingsError if `MAIL_FROM` is not an address
 */
export function openMailServer({
  mailServer,
  certificateAuthorityFile,
  hubUrl,
}: Pick<Settings, "certificateAuthorityFile" | "hubUrl" | "mailServer">): MailServer | undefined {
  if (mailServer === undefined) return undefined;
  return createMailServer(smtpOptions(mailServer, certificateAuthorityFile), {
    sender: mailServer.from,
    hubUrl,
  });
}

/**
 * @param from.hubUrl the hub's origin, for the ids of mails
 * @throws SettingsError if `MAIL_FROM` is not an address
 */
export function createMailServer(
  options: ReturnType<typeof smtpOptions>,
  from: { readonly sender: string; readonly hubUrl: string },
): MailServer {
  const transport = createTransport(options);
  const sender = parseSender(from.sender);
  const { hostname } = new URL(from.hubUrl);
  return {
    async send({ id, recipient, content }, signal) {
      const address = parseAddress(recipient);
      if (address === null) throw new MailServerError("not an address", true);
      const limit = AbortSignal.timeout(timeLimit);
      const message = {
        envelope: { from: sender.address, to: [address] },
        from: sender,
        to: { name: "", address },
        subject: content.subject,
        text: content.text,
        html: content.html,
        messageId: `<${id}@${hostname}>`,
        // Keeps out-of-office replies away. @see RFC 3834, section 5
        headers: { "Auto-Submitted": "auto-generated" },
        xMailer: false as const,
        signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
      };
      try {
        const { response } = await transport.sendMail(message);
        return replyCode(response) ?? "accepted";
      } catch (error) {
        throw errorFrom(error);
      }
    },
    async verify() {
      try {
        await transport.verify();
      } catch (error) {
        throw errorFrom(error);
      }
    },
  };
}

/** `Gatehouse <login@example.com>`, or the address alone. */
function parseSender(text: string): { readonly name: string; readonly address: string } {
  const [, name = "", inBrackets] = /^([^<>"\\]*)<([^<>]+)>$/.exec(text) ?? [];
  const address = parseAddress(inBrackets ?? text);
  if (address === null || /\p{C}/u.test(name))
    throw new SettingsError(
      "MAIL_FROM",
      'should be an email address such as login@example.com, or "Gatehouse <login@example.com>".',
    );
  return { name: name.trim(), address };
}

function errorFrom(error: unknown): MailServerError {
  const { code, originalCode, response, responseCode, command } = error as {
    readonly code?: string;
    readonly originalCode?: string;
    readonly response?: string;
    readonly responseCode?: number;
    readonly command?: string;
  };
  const isRefusal = (responseCode ?? 0) >= 500 && (command === "RCPT TO" || command === "DATA");
  const connection = [code ?? (error as Error).name, originalCode].filter(Boolean).join(" ");
  return new MailServerError(replyCode(response) ?? connection, isRefusal, { cause: error });
}

/** The code of a reply with its extension, and none of its words: they may repeat the address. @see RFC 2034 */
function replyCode(response: string | undefined): string | undefined {
  return /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(response ?? "")?.[0].replace("-", " ");
}
