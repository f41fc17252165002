/** The only file that imports @simplewebauthn/server: verifies what an authenticator has signed. */
import type { NewPasskey, Passkey } from "@gatehouse/database";
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from "@simplewebauthn/server";
import { z } from "zod";

/** The hub as authenticators know it. @see https://www.w3.org/TR/webauthn-3/#relying-party */
export interface RelyingParty {
  /** Host name of `HUB_URL`. */
  readonly id: string;
  /** `HUB_URL`, the only origin. */
  readonly origin: string;
}

export function relyingPartyOf(hubUrl: string): RelyingParty {
  return { id: new URL(hubUrl).hostname, origin: hubUrl };
}

/** COSE identifiers of the accepted signatures: ES256, EdDSA, RS256. */
export const algorithms = [-7, -8, -257] as const;

/** The answer of an authenticator does not prove what it should. The message is for the log. */
export class PasskeyInvalid extends Error {
  override readonly name = "PasskeyInvalid";
}

/** Facts of a verified assertion. */
export interface VerifiedAssertion {
  readonly counter: number;
  readonly backupEligible: boolean;
  readonly backedUp: boolean;
}

const encoded = (longest: number) =>
  z
    .string()
    .regex(/^[\w-]*$/)
    .max(longest);

/** Credential ids have at most 1023 bytes. */
const credential = { id: encoded(1400), rawId: encoded(1400), type: z.literal("public-key") };

const assertionShape = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: encoded(8000),
    authenticatorData: encoded(8000),
    signature: encoded(8000),
    userHandle: encoded(100).nullish(),
  }),
});

const registrationShape = z.object({
  ...credential,
  response: z.object({
    clientDataJSON: encoded(8000),
    attestationObject: encoded(40_000),
    transports: z.array(z.string().max(32)).max(10).catch([]).optional(),
  }),
});

const clientDataShape = z.object({ challenge: z.string(), crossOrigin: z.boolean().optional() });

export type Assertion = z.infer<typeof assertionShape>;
export type Registration = z.infer<typeof registrationShape>;

/** @param answer JSON of the browser's `PublicKeyCredential`. @throws PasskeyInvalid */
export const readAssertion = (answer: string): Assertion => read(assertionShape, answer);

/** @param answer JSON of the browser's `PublicKeyCredential`. @throws PasskeyInvalid */
export const readRegistration = (answer: string): Registration => read(registrationShape, answer);

/** The challenge that the browser passed on. @throws PasskeyInvalid */
export function challengeOf({ response }: Assertion | Registration): string {
  return clientDataOf(response.clientDataJSON).challenge;
}

/**
 * Verifies an assertion. The caller compares the counter, in the statement that stores it.
 *
 * @param challenge whose origin and single use the caller has verified
 * @throws PasskeyInvalid for another origin, RP id, type or user, without user verification, or with a wrong signature
 * @see https://www.w3.org/TR/webauthn-3/#sctn-verifying-assertion
 */
export async function verifyAssertion(
  relyingParty: RelyingParty,
  assertion: Assertion,
  challenge: string,
  passkey: Passkey,
): Promise<VerifiedAssertion> {
  refuseFrames(assertion.response.clientDataJSON);
  const { verifyAuthenticationResponse } = await library();
  const result = await orInvalid(() =>
    verifyAuthenticationResponse({
      response: { ...assertion, clientExtensionResults: {} } as AuthenticationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      credential: { id: passkey.id, publicKey: passkey.publicKey, counter: 0 },
      requireUserVerification: true,
    }),
  );
  if (!result.verified) throw new PasskeyInvalid("wrong signature");
  const { credentialBackedUp, credentialDeviceType, newCounter } = result.authenticationInfo;
  const backupEligible = credentialDeviceType === "multiDevice";
  if (backupEligible !== passkey.backupEligible) throw new PasskeyInvalid("changed backup eligibility");
  return { counter: newCounter, backupEligible, backedUp: credentialBackedUp };
}

/**
 * Verifies a new credential. Its attestation is not requested and decides nothing.
 *
 * @param challenge whose origin and single use the caller has verified
 * @throws PasskeyInvalid for another origin, RP id or type, without user verification, or with another algorithm
 * @see https://www.w3.org/TR/webauthn-3/#sctn-registering-a-new-credential
 */
export async function verifyRegistration(
  relyingParty: RelyingParty,
  registration: Registration,
  challenge: string,
): Promise<Omit<NewPasskey, "personId" | "name">> {
  refuseFrames(registration.response.clientDataJSON);
  const { verifyRegistrationResponse } = await library();
  const result = await orInvalid(() =>
    verifyRegistrationResponse({
      response: { ...registration, clientExtensionResults: {} } as RegistrationResponseJSON,
      expectedChallenge: challenge,
      expectedOrigin: relyingParty.origin,
      expectedRPID: relyingParty.id,
      requireUserVerification: true,
      supportedAlgorithmIDs: [...algorithms],
    }),
  );
  if (!result.verified) throw new PasskeyInvalid("wrong attestation");
  const { aaguid, credential, credentialBackedUp, credentialDeviceType } = result.registrationInfo;
  return {
    id: credential.id,
    publicKey: credential.publicKey,
    counter: credential.counter,
    transports: registration.response.transports ?? [],
    aaguid,
    backupEligible: credentialDeviceType === "multiDevice",
    backedUp: credentialBackedUp,
  };
}

type Library = typeof import("@simplewebauthn/server");
let loading: Promise<Library> | undefined;

/** Loaded at the first use: it takes 0.3 s, half of the hub's start. */
function library(): Promise<Library> {
  loading ??= import("@simplewebauthn/server");
  return loading;
}

function read<Shape extends z.ZodType>(shape: Shape, answer: string): z.infer<Shape> {
  const result = shape.safeParse(jsonOf(answer));
  if (!result.success) throw new PasskeyInvalid("unreadable");
  return result.data;
}

function clientDataOf(clientDataJson: string): z.infer<typeof clientDataShape> {
  const result = clientDataShape.safeParse(jsonOf(Buffer.from(clientDataJson, "base64url").toString()));
  if (!result.success) throw new PasskeyInvalid("unreadable client data");
  return result.data;
}

/** No page of the hub is in a frame of another origin. The library lets such answers pass if they do not name that origin. */
function refuseFrames(clientDataJson: string): void {
  if (clientDataOf(clientDataJson).crossOrigin === true)
    throw new PasskeyInvalid("in a frame of another origin");
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new PasskeyInvalid("not JSON");
  }
}

async function orInvalid<Result>(verify: () => Promise<Result>): Promise<Result> {
  try {
    return await verify();
  } catch (error) {
    throw new PasskeyInvalid(error instanceof Error ? error.message.slice(0, 300) : "", { cause: error });
  }
}
