/** Verifies a passkey: as a whole sign-in, or as the second factor of one. */
import type { Passkey, PasskeyStore, PersonStore } from "@gatehouse/database";
import type { Log } from "../log.ts";
import type { Verified } from "../sign-in/sign-in.ts";
import { type ChallengeNeeds, type ChallengeUse, consumeChallenge } from "./challenge.ts";
import { userHandleOf } from "./passkey-options.ts";
import {
  type Assertion,
  challengeOf,
  PasskeyInvalid,
  type RelyingParty,
  readAssertion,
  verifyAssertion,
} from "./webauthn.ts";

export interface VerifyPasskeyNeeds extends ChallengeNeeds {
  readonly passkeys: Pick<PasskeyStore, "find" | "recordUse">;
  readonly people: Pick<PersonStore, "findById">;
  readonly relyingParty: RelyingParty;
}

export interface PasskeyRefused {
  readonly outcome: "refused";
  readonly code: /** The challenge has expired, was used before, or belongs to another browser or purpose. */
    | "passkey_expired"
    /** No user has this passkey, or the user is disabled. */
    | "passkey_unknown"
    /** The answer proves nothing: another origin, no user verification, a wrong signature. */
    | "passkey_invalid"
    /** The signature counter did not grow: there is a copy of the authenticator. */
    | "passkey_cloned";
  /** The owner of the passkey, once the signature was right. */
  readonly personId?: string;
}

/**
 * Verifies the answer of an authenticator, and records the use. Counts against no throttle: nobody guesses signatures.
 *
 * @param answer JSON of the browser's `PublicKeyCredential`
 * @param expected purpose and browser of the challenge
 * @param expected.personId the user whose second factor it is; absent: the passkey names the user
 */
export async function verifyPasskey(
  needs: VerifyPasskeyNeeds,
  log: Log,
  answer: string,
  expected: ChallengeUse & { readonly personId?: string },
): Promise<Verified | PasskeyRefused> {
  try {
    return await verify(needs, readAssertion(answer), expected);
  } catch (error) {
    if (!(error instanceof PasskeyInvalid)) throw error;
    log.warn({ event: "passkey.invalid", detail: error.message }, "passkey not accepted");
    return { outcome: "refused", code: "passkey_invalid" };
  }
}

async function verify(
  needs: VerifyPasskeyNeeds,
  assertion: Assertion,
  expected: ChallengeUse & { readonly personId?: string },
): Promise<Verified | PasskeyRefused> {
  const challenge = challengeOf(assertion);
  if (!(await consumeChallenge(needs, challenge, expected)))
    return { outcome: "refused", code: "passkey_expired" };
  const passkey = await needs.passkeys.find(assertion.id);
  if (passkey === null || (expected.personId ?? passkey.personId) !== passkey.personId)
    return { outcome: "refused", code: "passkey_unknown" };
  checkUserHandle(assertion, passkey, expected);
  const verified = await verifyAssertion(needs.relyingParty, assertion, challenge, passkey);
  const { personId } = passkey;
  const person = await needs.people.findById(personId);
  if (person === null || person.disabled) return { outcome: "refused", code: "passkey_unknown", personId };
  if (!(await needs.passkeys.recordUse(passkey.id, verified))) {
    const isRemoved = (await needs.passkeys.find(passkey.id)) === null;
    return { outcome: "refused", code: isRemoved ? "passkey_unknown" : "passkey_cloned", personId };
  }
  return {
    outcome: "verified",
    person,
    amr: [verified.backupEligible ? "swk" : "hwk", "user", "mfa"],
    secondsAgo: 0,
    passkeyId: passkey.id,
  };
}

/** An authenticator names the user if the hub did not. @throws PasskeyInvalid */
function checkUserHandle(
  { response }: Assertion,
  { personId }: Passkey,
  expected: { readonly personId?: string },
): void {
  const handle = response.userHandle ?? "";
  if (handle === "" && expected.personId !== undefined) return;
  if (handle !== userHandleOf({ id: personId })) throw new PasskeyInvalid("another user's handle");
}
