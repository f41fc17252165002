/** Verifies a passkey: as a whole sign-in, or as the second factor of one. */
import type { Passkey, PasskeyStore, Person } from "@gatehouse/database";
import { actorOf, type RecordAudit } from "../audit/record-audit.ts";
import type { Call } from "../http/route.ts";
import type { QueueMail } from "../mail/queue-mail.ts";
import type { Verified } from "../sign-in/sign-in.ts";
import { type ChallengeNeeds, type ChallengeUse, consumeChallenge } from "./challenge.ts";
import { userHandleOf } from "./passkey-options.ts";
import {
  type Assertion,
  challengeOf,
  PasskeyInvalid,
  type RelyingParty,
  readAssertion,
  type VerifiedAssertion,
  verifyAssertion,
} from "./webauthn.ts";

export interface VerifyPasskeyNeeds extends ChallengeNeeds {
  readonly passkeys: Pick<PasskeyStore, "find" | "findForSignIn" | "recordUse">;
  readonly relyingParty: RelyingParty;
  readonly recordAudit: RecordAudit;
  readonly queueMail: QueueMail;
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
}

/** Purpose and browser of the challenge, and the user, if the hub knows who has to answer. */
export interface ExpectedPasskey extends ChallengeUse {
  readonly personId?: string;
}

type Attempt = Pick<Call, "log" | "address" | "userAgent">;

/**
 * Verifies the answer of an authenticator, and records the use. Counts against no throttle: nobody guesses signatures.
 * The audit trail gets the refusals of known passkeys only, so that strangers cannot fill it.
 *
 * @param answer JSON of the browser's `PublicKeyCredential`
 * @param expected purpose and browser of the challenge
 * @param expected.personId the user whose second factor it is; absent: the passkey names the user
 */
export async function verifyPasskey(
  needs: VerifyPasskeyNeeds,
  call: Attempt,
  answer: string,
  expected: ExpectedPasskey,
): Promise<Verified | PasskeyRefused> {
  let passkey: Passkey | null = null;
  try {
    const assertion = readAssertion(answer);
    const challenge = challengeOf(assertion);
    if (!(await consumeChallenge(needs, challenge, expected))) return refusedAs("passkey_expired");
    const found = await needs.passkeys.findForSignIn(assertion.id);
    if (found === null || (expected.personId ?? found.person.id) !== found.person.id)
      return refusedAs("passkey_unknown");
    passkey = found.passkey;
    checkUserHandle(assertion, passkey, expected);
    const verified = await verifyAssertion(needs.relyingParty, assertion, challenge, passkey);
    return await acceptPasskey(needs, call, found, verified);
  } catch (error) {
    if (!(error instanceof PasskeyInvalid)) throw error;
    call.log.warn({ event: "passkey.refused", detail: error.message }, "passkey not accepted");
    return passkey === null
      ? refusedAs("passkey_invalid")
      : refuseKnown(needs, call, passkey, "passkey_invalid");
  }
}

const refusedAs = (code: PasskeyRefused["code"]): PasskeyRefused => ({ outcome: "refused", code });

/** The signature is right. Whether the user may sign in, and whether the authenticator is the only one of its kind. */
async function acceptPasskey(
  needs: VerifyPasskeyNeeds,
  call: Attempt,
  { passkey, person }: { readonly passkey: Passkey; readonly person: Person },
  assertion: VerifiedAssertion,
): Promise<Verified | PasskeyRefused> {
  if (person.disabled) return refuseKnown(needs, call, passkey, "passkey_unknown");
  if (!(await needs.passkeys.recordUse(passkey.id, assertion))) {
    if ((await needs.passkeys.find(passkey.id)) === null) return refusedAs("passkey_unknown");
    await needs.queueMail({
      kind: "factor-changed",
      recipient: person.email,
      personId: person.id,
      facts: {
        change: "passkey-copied",
        name: passkey.name,
        address: call.address,
        userAgent: call.userAgent,
      },
    });
    return refuseKnown(needs, call, passkey, "passkey_cloned");
  }
  return {
    outcome: "verified",
    person,
    amr: methodsOf(assertion),
    secondsAgo: 0,
    passkeyId: passkey.id,
  };
}

/** Methods of a sign-in with a passkey: `swk` for a key that may be synced, otherwise `hwk`. @see RFC 8176, section 2 */
export function methodsOf({ backupEligible }: Pick<Passkey, "backupEligible">): readonly string[] {
  return [backupEligible ? "swk" : "hwk", "user", "mfa"];
}

async function refuseKnown(
  { recordAudit }: VerifyPasskeyNeeds,
  call: Attempt,
  { personId }: Passkey,
  code: PasskeyRefused["code"],
): Promise<PasskeyRefused> {
  await recordAudit({ kind: "sign-in", outcome: code, actor: actorOf(call), personId });
  return refusedAs(code);
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
