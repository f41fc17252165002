import type { MailKind } from "../../src/mail/queue-mail.ts";
import type { DevMailsScreen } from "../../src/screen/screen.ts";

const kindWords: Readonly<Record<MailKind, string>> = {
  "sign-up": "Link to create an account",
  invitation: "Invitation",
  "password-reset": "Link to choose a new password",
  "email-change": "Link to confirm a new email address",
  "email-changed": "Email address changed",
  "account-made": "Account created",
  "password-changed": "Password changed",
  "factor-changed": "Ways to sign in changed",
  "new-browser": "Sign-in with a new browser",
  "repeated-failures": "Many wrong attempts to sign in",
  "sign-in-unfinished": "Sign-in not finished",
  "deletion-due": "Account to be deleted",
};

/** Kind of a mail, in words; a later version may have written other kinds. */
export function mailKindWords(kind: string): string {
  return (kindWords as Readonly<Record<string, string>>)[kind] ?? "Mail";
}

/** State of a mail, in words. */
export function mailStateWords({ state, detail }: DevMailsScreen["mails"][number]): string {
  switch (state) {
    case "kept":
      return "Not sent, because no mail server is set.";
    case "sent":
      return `Sent. The mail server answered ${detail}.`;
    case "dropped":
      return "There was nothing to send.";
    case "given-up":
      return `Given up: ${detail}.`;
    case "pending":
      return detail === "" ? "Not sent yet: it waits until it is due." : `Will be tried again: ${detail}.`;
  }
}
