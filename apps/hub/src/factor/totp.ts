/**
 * One-time codes of an authenticator app: six digits that change every 30 seconds. The database accepts each step once; the
 * hub's clock says which step it is. The only file that imports otpauth.
 *
 * @see RFC 6238; RFC 4226, section 5
 */
import { Secret, TOTP } from "otpauth";

/** 160 bits, as RFC 4226, section 4 recommends. */
const secretBytes = 20;
/** Steps before and after the present one whose codes are accepted, for clocks that differ. @see RFC 6238, section 5.2 */
const window = 1;

const totp = (secret: string, label = ""): TOTP =>
  new TOTP({
    issuer: "Gatehouse",
    label,
    algorithm: "SHA1",
    digits: 6,
    period: 30,
    secret: Secret.fromBase32(secret),
  });

/** @returns base32, 32 characters */
export function createTotpSecret(): string {
  return new Secret({ size: secretBytes }).base32;
}

/** @returns whether a text has the form of a code */
export function isCode(text: string): boolean {
  return /^\d{6}$/.test(text);
}

/** The time step of a right code; `null`: the code is wrong or too old. */
export function stepOfCode(secret: string, code: string, now: Date): number | null {
  if (!isCode(code)) return null;
  const own = totp(secret);
  const timestamp = now.getTime();
  const delta = own.validate({ token: code, timestamp, window });
  return delta === null ? null : own.counter({ timestamp }) + delta;
}

/** Address that an authenticator app reads from the QR code. @param username shown in the app */
export function totpAddress(secret: string, username: string): string {
  return totp(secret, username).toString();
}
