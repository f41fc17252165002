import type { QueuedMail } from "@gatehouse/database";
import type { MailKind } from "./queue-mail.ts";

/**
 * The words of a mail. Names and texts of users are left out on purpose: the recipient may be a stranger, and whatever
 * somebody types as a name would reach them under the hub's address.
 */
export interface MailContent {
  /** Recipient, where the request could not know it; left out: that of the queued mail. */
  readonly recipient?: string;
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Such as when and from where. */
  readonly facts?: readonly { readonly label: string; readonly value: string }[];
  readonly button?: { readonly label: string; readonly href: string };
  /** Why the recipient gets this mail. */
  readonly why: string;
  /** Advice for a recipient who did not cause the mail. */
  readonly ifNotYou: string;
}

/**
 * Composes a mail when it is sent, and makes its link then.
 *
 * @returns `null`: there is nothing to send, for example because the address has no account
 */
export type ComposeMail = (mail: QueuedMail) => Promise<MailContent | null>;

/** The composer of each kind. Rooms export theirs; `hub.ts` fills the table. */
export type MailComposers = Readonly<Partial<Record<MailKind, ComposeMail>>>;
