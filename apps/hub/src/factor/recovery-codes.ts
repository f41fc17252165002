/** Recovery codes: each replaces a lost factor once. */
import { randomBytes } from "node:crypto";

const count = 10;
const alphabet = "abcdefghijklmnopqrstuvwxyz234567";
/** 120 random bits; a code of at least 112 may be stored as a fast hash. @see ASVS 5.0, 6.5.2 */
const length = 24;

/** @returns ten codes of 24 letters and digits, without hyphens */
export function createRecoveryCodes(): string[] {
  return Array.from({ length: count }, () =>
    // 256 is a multiple of 32, so that every letter is as likely as any other.
    Array.from(randomBytes(length), (byte) => alphabet[byte % alphabet.length]).join(""),
  );
}

/** The code as it is stored: without hyphens and spaces, in lower case. @returns `null`: no recovery code */
export function readRecoveryCode(typed: string): string | null {
  const code = typed.toLowerCase().replaceAll(/[\s-]/g, "");
  return /^[a-z2-7]{24}$/.test(code) ? code : null;
}

/** Groups of four, to copy by hand. */
export function groupedCode(code: string): string {
  return code.match(/.{4}/g)?.join("-") ?? code;
}

/** The file for the user to keep. @param host of the hub */
export function recoveryCodesText(codes: readonly string[], username: string, host: string): string {
  return [
    `Recovery codes of ${username} for Gatehouse (${host})`,
    "",
    ...codes.map(groupedCode),
    "",
    "Each code replaces your second step once. Keep them where nobody else can read them.",
    "",
  ].join("\r\n");
}
