/** Requests write mails into the outbox (`mails`); the dispatcher composes and sends them. */

/** Facts of each template. Never a secret: the composer makes a link when the mail is sent. */
export interface MailFacts {
  "sign-up": LinkFacts;
  invitation: object;
  /** The recipient is the typed username or address; the composer finds the address of the account. */
  "password-reset": LinkFacts;
  "email-change": object;
  "email-changed": ChangeFacts;
  /** A sign-up with an account at a provider that the hub trusts to verify addresses. */
  "account-made": ChangeFacts & {
    /** Name of the provider. */
    readonly name: string;
  };
  "password-changed": ChangeFacts;
  "factor-changed": ChangeFacts & {
    readonly change: FactorChange;
    /** The user's or the provider's name for it. */
    readonly name?: string;
  };
  "new-browser": ChangeFacts;
  "repeated-failures": ChangeFacts;
  "sign-in-unfinished": ChangeFacts;
  "deletion-due": ChangeFacts & {
    /** ISO 8601. */
    readonly dueAt: string;
  };
}

export interface LinkFacts {
  /** Fields that name the destination of the sign-in that the link is for. */
  readonly destination?: Readonly<Record<string, string>>;
}

/** The browser of a change. */
export interface ChangeFacts {
  readonly address?: string;
  readonly userAgent?: string;
}

export type FactorChange =
  | "passkey-added"
  | "passkey-renamed"
  | "passkey-removed"
  /** A sign-in was refused, because the counter of the authenticator did not grow. */
  | "passkey-copied"
  | "codes-on"
  | "codes-off"
  | "recovery-codes-made"
  | "recovery-code-used"
  /** By an operator. */
  | "second-step-reset"
  | "provider-linked"
  | "provider-unlinked"
  | "app-password-made";

export type MailKind = keyof MailFacts;

/** A mail to queue; see `MailFacts`. */
export type MailToQueue = {
  readonly [Kind in MailKind]: {
    readonly kind: Kind;
    readonly recipient: string;
    /** The user whom the mail concerns, if any. */
    readonly personId?: string | undefined;
    readonly facts: MailFacts[Kind];
    /** Absent: it is sent at once. */
    readonly dueInSeconds?: number;
  };
}[MailKind];

/** Queues a mail. One statement; a mail server that is down does not matter here. */
export type QueueMail = (mail: MailToQueue) => Promise<void>;
