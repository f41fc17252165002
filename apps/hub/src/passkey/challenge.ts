/**
 * Challenges that authenticators sign. The hub stores nothing for a page that it shows: a challenge is signed and bound to
 * the browser and the purpose, and the hub stores only consumed ones, each until it would have expired.
 */
import type { LoginTicketStore } from "@gatehouse/database";
import { type HubKeys, randomToken } from "../settings/secret-keys.ts";

export interface ChallengeNeeds {
  readonly keys: Pick<HubKeys, "form">;
  readonly clock: () => Date;
  readonly loginTickets: LoginTicketStore;
}

/** Ceremony that a challenge is for, and the browser's flow or session that it was issued to. */
export interface ChallengeUse {
  readonly purpose: "sign-in" | "second-factor" | "registration";
  readonly boundTo: string;
}

/** As long as the sign-in form, on which the browser offers passkeys. */
const lifeSeconds = 3600;

/**
 * Issues a challenge with 256 random bits, base64url of `<random>-<expiry>-<signature>`.
 *
 * @see https://www.w3.org/TR/webauthn-3/#sctn-cryptographic-challenges
 */
export function issueChallenge(
  { keys, clock }: Pick<ChallengeNeeds, "keys" | "clock">,
  use: ChallengeUse,
): string {
  const body = `${randomToken()}-${Math.floor(clock().getTime() / 1000) + lifeSeconds}`;
  return Buffer.from(`${body}-${keys.form.sign("passkey-challenge", signedText(use, body))}`).toString(
    "base64url",
  );
}

/** Consumes a challenge. @returns true once, for the purpose and browser that it was issued to, until it expires */
export async function consumeChallenge(
  { keys, clock, loginTickets }: ChallengeNeeds,
  challenge: string,
  use: ChallengeUse,
): Promise<boolean> {
  const text = Buffer.from(challenge, "base64url").toString();
  const [, body = "", expires = "0", signature = ""] =
    /^([0-9a-f]{64}-(\d{1,12}))-([0-9a-f]{32})$/.exec(text) ?? [];
  if (!keys.form.isSignature("passkey-challenge", signedText(use, body), signature)) return false;
  if (Number(expires) * 1000 <= clock().getTime()) return false;
  return loginTickets.consume(`passkey-${body}`, lifeSeconds);
}

function signedText({ purpose, boundTo }: ChallengeUse, body: string): string {
  return `${purpose}:${body}:${boundTo}`;
}
