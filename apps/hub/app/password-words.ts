/** The sentences about new passwords. */
import type { ChangePasswordError } from "../src/screen/screen.ts";
import { tooManyWords } from "./words.ts";

interface ErrorWords {
  readonly text: string;
  /** The input that the error is about. */
  readonly field: "current" | "password";
}

export function changePasswordErrorWords(error: ChangePasswordError): ErrorWords {
  switch (error.code) {
    case "current_missing":
      return { text: "Enter your current password.", field: "current" };
    case "current_wrong":
      return { text: "This is not your current password. Check it and try again.", field: "current" };
    case "too_many_attempts":
      return {
        text: tooManyWords(error.retryInSeconds),
        field: "current",
      };
    case "changed_meanwhile":
      return {
        text: "Your password was changed in another window. Enter the one that is current now.",
        field: "current",
      };
    case "password_missing":
      return { text: "Enter a new password.", field: "password" };
    case "password_same":
      return { text: "Choose a password that you do not have already.", field: "password" };
    case "password_refused":
      return { text: error.why, field: "password" };
  }
}
