/** Options of the two ceremonies, as the browser reads them (`parseRequestOptionsFromJSON` and its sibling). */
import type { Passkey, Person } from "@gatehouse/database";
import { algorithms, type RelyingParty } from "./webauthn.ts";

/** @see https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialrequestoptionsjson */
export interface RequestOptions {
  readonly challenge: string;
  readonly rpId: string;
  readonly userVerification: "required";
  readonly allowCredentials: readonly CredentialDescriptor[];
}

/** @see https://www.w3.org/TR/webauthn-3/#dictdef-publickeycredentialcreationoptionsjson */
export interface CreationOptions {
  readonly challenge: string;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: string; readonly name: string; readonly displayName: string };
  readonly pubKeyCredParams: readonly { readonly type: "public-key"; readonly alg: number }[];
  readonly excludeCredentials: readonly CredentialDescriptor[];
  readonly authenticatorSelection: {
    readonly residentKey: "required";
    readonly requireResidentKey: true;
    readonly userVerification: "required";
  };
  readonly attestation: "none";
}

interface CredentialDescriptor {
  readonly type: "public-key";
  readonly id: string;
  readonly transports: readonly string[];
}

/** @param passkeys those that may be used; empty: any, and the authenticator names the user */
export function requestOptions(
  { id }: RelyingParty,
  challenge: string,
  passkeys: readonly Passkey[] = [],
): RequestOptions {
  return { challenge, rpId: id, userVerification: "required", allowCredentials: passkeys.map(descriptorOf) };
}

/** @param passkeys those that the user has; their authenticators make no second one */
export function creationOptions(
  { id }: RelyingParty,
  challenge: string,
  person: Pick<Person, "id" | "username" | "name">,
  passkeys: readonly Passkey[],
): CreationOptions {
  return {
    challenge,
    rp: { id, name: "Gatehouse" },
    user: { id: userHandleOf(person), name: person.username, displayName: person.name },
    pubKeyCredParams: algorithms.map((alg) => ({ type: "public-key", alg })),
    excludeCredentials: passkeys.map(descriptorOf),
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    attestation: "none",
  };
}

/**
 * The bytes of the user's id: random, and no personal data.
 *
 * @see https://www.w3.org/TR/webauthn-3/#sctn-user-handle-privacy
 */
export function userHandleOf({ id }: Pick<Person, "id">): string {
  return Buffer.from(id.replaceAll("-", ""), "hex").toString("base64url");
}

function descriptorOf({ id, transports }: Passkey): CredentialDescriptor {
  return { type: "public-key", id, transports };
}
