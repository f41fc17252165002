import type { DevMailsScreen } from "../../src/screen/screen.ts";

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
      return detail === "" ? "Not tried yet." : `Will be tried again: ${detail}.`;
  }
}
