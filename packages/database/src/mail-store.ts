/** A mail to write. Its text and its links are made when it is sent, so no row holds a secret. */
export interface NewMail {
  /** Template. */
  readonly kind: string;
  /** Address; stored in lower case. */
  readonly recipient: string;
  /** The user whom the mail concerns, if any. */
  readonly personId?: string | undefined;
  /** Facts of the template. Never a secret. */
  readonly facts?: object | undefined;
  /** Absent: it is sent at once. */
  readonly dueInSeconds?: number | undefined;
}

/** A claimed mail. */
export interface QueuedMail {
  readonly id: string;
  readonly kind: string;
  readonly recipient: string;
  readonly personId: string | null;
  readonly facts: object;
  readonly createdAt: Date;
  /** Number of earlier attempts. */
  readonly attempts: number;
}

/** A composed mail. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Target of its button; `null`: it has none. */
  readonly link: string | null;
}

/** Result of one attempt. `recipient` replaces that of the row, for a request that could not know the address. */
export type MailOutcome =
  /** The mail server accepted it. */
  | { readonly state: "sent"; readonly recipient?: string; readonly detail: string }
  /** No mail server is set; the row keeps the mail (`/dev/mail`). */
  | { readonly state: "kept"; readonly recipient?: string; readonly content: RenderedMail }
  /** There is nothing to send, for example because the address has no account. */
  | { readonly state: "dropped" }
  /** No further attempt. */
  | { readonly state: "given-up"; readonly detail: string }
  | { readonly state: "pending"; readonly detail: string; readonly retryInSeconds: number };

/** A mail as the hub shows it outside production. */
export interface ListedMail extends Omit<QueuedMail, "attempts"> {
  readonly state: MailOutcome["state"];
  readonly detail: string;
  /** `null` unless `kept`. */
  readonly content: RenderedMail | null;
}

/** Outbox of mail: requests fill it, the dispatcher empties it. */
export interface MailStore {
  queue(mail: NewMail): Promise<void>;
  /**
   * Claims up to `limit` due mails for `leaseSeconds`; until then no other process can claim them. A claim counts as an
   * attempt.
   */
  claim(limit: number, leaseSeconds: number): Promise<readonly QueuedMail[]>;
  /** Records the result of an attempt. A settled mail stays settled, unless it was given up and sent after all. */
  record(id: string, outcome: MailOutcome): Promise<void>;
  /**
   * The newest mails, newest first.
   *
   * @param recipient address, any case; absent: of everybody
   */
  list(limit: number, recipient?: string): Promise<readonly ListedMail[]>;
  find(id: string): Promise<ListedMail | null>;
  /** Deletes mails that were settled more than a day ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
