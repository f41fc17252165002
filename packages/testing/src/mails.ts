import { callTestDoor } from "./test-door.ts";

/** A mail that the hub has written. */
export interface Mail {
  /** Template: `password-reset`, `new-browser` … */
  readonly kind: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Target of its button; `null`: it has none. */
  readonly link: string | null;
}

/**
 * The mails to an address, newest first, those that are being written included. The hub must run without `SMTP_URL`.
 *
 * @param recipient email address, any case
 */
export async function readMails(recipient: string): Promise<readonly Mail[]> {
  return (await callTestDoor("POST", "/mails", { recipient })) as readonly Mail[];
}
