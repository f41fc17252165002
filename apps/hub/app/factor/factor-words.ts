import type { FactorErrorCode } from "../../src/screen/screen.ts";
import { tooManyWords } from "../words.ts";

/** The error and its correction. */
export function factorErrorWords(code: FactorErrorCode, retryInSeconds?: number): string {
  switch (code) {
    case "code_missing":
      return "Enter the six digits that your authenticator app shows";
    case "code_wrong":
      return "This code is wrong or has expired. Enter the six digits that your app shows now.";
    case "code_used":
      return "This code was used already. Wait for the next one, then enter it.";
    case "recovery_code_missing":
      return "Enter one of your recovery codes";
    case "recovery_code_wrong":
      return "This recovery code is wrong or was used already. Try another one.";
    case "passkey_expired":
      return "The page stood open for too long, or was sent twice. Use your passkey again.";
    case "passkey_unknown":
      return "This passkey is not one of your account. Use another one, or another way.";
    case "passkey_invalid":
      return "Your passkey could not be verified. Try again, or choose another way.";
    case "passkey_cloned":
      return "This passkey was not accepted, because a copy of it may exist. Choose another way, then remove the passkey from your account.";
    case "too_many_attempts":
      return tooManyWords(retryInSeconds);
  }
}
