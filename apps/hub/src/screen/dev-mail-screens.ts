/** Models of `/dev/mail`, which developers see. */

export interface DevMailsScreen {
  /** The filter; empty: the mails of everybody. */
  readonly recipient: string;
  /** Newest first. */
  readonly mails: readonly ListedMailModel[];
}

export interface DevMailScreen {
  readonly mail: ListedMailModel;
  /** `null`: not composed yet, not kept, or nothing to send. */
  readonly text: readonly MailTextPart[] | null;
}

export interface ListedMailModel {
  /** Its page. */
  readonly address: string;
  /** `null`: not kept. */
  readonly subject: string | null;
  readonly kind: string;
  readonly recipient: string;
  readonly state: "pending" | "sent" | "kept" | "dropped" | "given-up";
  /** Reply code of the mail server. */
  readonly detail: string;
  readonly createdAt: Date;
}

/** A piece of text, or a link. */
export interface MailTextPart {
  readonly text: string;
  readonly href?: string;
}
