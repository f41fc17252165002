/** Registers a passkey: for a signed-in user, or for one who is about to get an account. */
import type { ChangeRecord, NewPasskey, Passkey, PasskeyStore, Person } from "@gatehouse/database";
import type { Call } from "../http/route.ts";
import { type ChallengeNeeds, consumeChallenge, issueChallenge } from "./challenge.ts";
import { firstName } from "./passkey-name.ts";
import { type CreationOptions, creationOptions } from "./passkey-options.ts";
import {
  challengeOf,
  PasskeyInvalid,
  type RelyingParty,
  readRegistration,
  verifyRegistration,
} from "./webauthn.ts";

export interface VerifyNewPasskeyNeeds extends ChallengeNeeds {
  readonly passkeys: Pick<PasskeyStore, "listOf">;
  readonly relyingParty: RelyingParty;
}

export interface RegisterPasskeyNeeds extends VerifyNewPasskeyNeeds {
  readonly passkeys: Pick<PasskeyStore, "add" | "listOf">;
}

/** Owner of the new passkey, and the session or link that the ceremony belongs to. */
export interface RegistrationUse {
  readonly person: Pick<Person, "id" | "username" | "name">;
  readonly boundTo: string;
}

export type PasskeyRegistration =
  | {
      readonly outcome: "added";
      /** The user had no recovery codes, and has those of `StoredWithPasskey`. */
      readonly withCodes: boolean;
      readonly passkey: Pick<Passkey, "id" | "name" | "backupEligible">;
    }
  | { readonly outcome: "known-already" | "too-many" }
  | RegistrationRefused;

export interface RegistrationRefused {
  /** The challenge has expired, was used before or belongs to another ceremony; or the answer proves nothing. */
  readonly outcome: "expired" | "invalid";
}

/** Stored in one transaction with the passkey. */
export interface StoredWithPasskey {
  /** Stored unless the user has some. */
  readonly recoveryCodes: readonly string[];
  /** @param withCodes whether they were stored */
  record(passkey: Pick<Passkey, "id" | "name">, withCodes: boolean): ChangeRecord;
}

/** Options for the browser. */
export async function askForRegistration(
  needs: VerifyNewPasskeyNeeds,
  { person, boundTo }: RegistrationUse,
): Promise<CreationOptions> {
  const challenge = issueChallenge(needs, { purpose: "registration", boundTo: textOf(person, boundTo) });
  return creationOptions(needs.relyingParty, challenge, person, await needs.passkeys.listOf(person.id));
}

/**
 * Verifies the answer of the authenticator and stores the passkey.
 *
 * @param answer JSON of the browser's `PublicKeyCredential`
 * @throws PersonGone if the user is disabled or removed
 */
export async function registerPasskey(
  needs: RegisterPasskeyNeeds,
  call: Pick<Call, "log" | "userAgent">,
  answer: string,
  use: RegistrationUse,
  { recoveryCodes, record }: StoredWithPasskey,
): Promise<PasskeyRegistration> {
  const verified = await verifyNewPasskey(needs, call, answer, use);
  if (verified.outcome === "expired" && (await isAdded(needs, answer, use)))
    return { outcome: "known-already" };
  if (verified.outcome !== "verified") return verified;
  const { passkey } = verified;
  const outcome = await needs.passkeys.add(passkey, recoveryCodes, (added) =>
    record(passkey, added === "added-with-codes"),
  );
  if (outcome !== "added" && outcome !== "added-with-codes") return { outcome };
  return { outcome: "added", withCodes: outcome === "added-with-codes", passkey };
}

/** Whether the user has this passkey: the browser sent the form again, by a reload of the page that followed. */
async function isAdded(
  { passkeys }: VerifyNewPasskeyNeeds,
  answer: string,
  { person }: RegistrationUse,
): Promise<boolean> {
  const { id } = readRegistration(answer);
  return (await passkeys.listOf(person.id)).some((passkey) => passkey.id === id);
}

/**
 * Verifies the answer of the authenticator, and consumes its challenge. The caller stores the passkey.
 *
 * @param answer JSON of the browser's `PublicKeyCredential`
 */
export async function verifyNewPasskey(
  needs: VerifyNewPasskeyNeeds,
  call: Pick<Call, "log" | "userAgent">,
  answer: string,
  { person, boundTo }: RegistrationUse,
): Promise<{ readonly outcome: "verified"; readonly passkey: NewPasskey } | RegistrationRefused> {
  try {
    const registration = readRegistration(answer);
    const challenge = challengeOf(registration);
    const use = { purpose: "registration", boundTo: textOf(person, boundTo) } as const;
    if (!(await consumeChallenge(needs, challenge, use))) return { outcome: "expired" };
    const credential = await verifyRegistration(needs.relyingParty, registration, challenge);
    const taken = (await needs.passkeys.listOf(person.id)).map(({ name }) => name);
    const name = firstName(credential.aaguid, call.userAgent, taken);
    return { outcome: "verified", passkey: { ...credential, personId: person.id, name } };
  } catch (error) {
    if (!(error instanceof PasskeyInvalid)) throw error;
    call.log.warn({ event: "passkey.refused", detail: error.message }, "passkey not added");
    return { outcome: "invalid" };
  }
}

function textOf({ id }: Pick<Person, "id">, boundTo: string): string {
  return `${id}:${boundTo}`;
}
