/** Registers a passkey: for a signed-in user, or for one who is about to get an account. */
import type { Passkey, PasskeyStore, Person } from "@gatehouse/database";
import type { Call } from "../http/route.ts";
import { type ChallengeNeeds, consumeChallenge, issueChallenge } from "./challenge.ts";
import { firstName } from "./passkey-name.ts";
import { type CreationOptions, creationOptions } from "./passkey-options.ts";
import {
  challengeOf,
  PasskeyInvalid,
  type Registration,
  type RelyingParty,
  readRegistration,
  verifyRegistration,
} from "./webauthn.ts";

export interface RegisterPasskeyNeeds extends ChallengeNeeds {
  readonly passkeys: Pick<PasskeyStore, "add" | "listOf">;
  readonly relyingParty: RelyingParty;
}

/** Owner of the new passkey, and the session or link that the ceremony belongs to. */
export interface RegistrationUse {
  readonly person: Pick<Person, "id" | "username" | "name">;
  readonly boundTo: string;
}

export type PasskeyRegistration =
  | { readonly outcome: "added"; readonly passkey: Pick<Passkey, "id" | "name"> }
  | { readonly outcome: "expired" | "invalid" | "known-already" | "too-many" };

/** Options for the browser. */
export async function askForRegistration(
  needs: RegisterPasskeyNeeds,
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
  { person, boundTo }: RegistrationUse,
): Promise<PasskeyRegistration> {
  try {
    const registration = readRegistration(answer);
    return await register(needs, call, registration, { person, boundTo });
  } catch (error) {
    if (!(error instanceof PasskeyInvalid)) throw error;
    call.log.warn({ event: "passkey.invalid", detail: error.message }, "passkey not added");
    return { outcome: "invalid" };
  }
}

async function register(
  needs: RegisterPasskeyNeeds,
  call: Pick<Call, "userAgent">,
  registration: Registration,
  { person, boundTo }: RegistrationUse,
): Promise<PasskeyRegistration> {
  const challenge = challengeOf(registration);
  const use = { purpose: "registration", boundTo: textOf(person, boundTo) } as const;
  if (!(await consumeChallenge(needs, challenge, use))) return { outcome: "expired" };
  const credential = await verifyRegistration(needs.relyingParty, registration, challenge);
  const taken = (await needs.passkeys.listOf(person.id)).map(({ name }) => name);
  const passkey = {
    ...credential,
    personId: person.id,
    name: firstName(credential.aaguid, call.userAgent, taken),
  };
  const outcome = await needs.passkeys.add(passkey);
  return outcome === "added" ? { outcome, passkey } : { outcome };
}

function textOf({ id }: Pick<Person, "id">, boundTo: string): string {
  return `${id}:${boundTo}`;
}
