/** Responses of authenticators, judged without a hub: origins, flags, signatures. */
import { randomUUID } from "node:crypto";
import type { Passkey } from "@gatehouse/database";
import { describe, expect, test } from "vitest";
import { type Deviations, SoftwareAuthenticator } from "../test-support/software-authenticator.ts";
import { creationOptions, requestOptions, userHandleOf } from "./passkey-options.ts";
import {
  challengeOf,
  PasskeyInvalid,
  readAssertion,
  readRegistration,
  relyingPartyOf,
  verifyAssertion,
  verifyRegistration,
} from "./webauthn.ts";

const relyingParty = relyingPartyOf("https://hub.example:8443");
const person = { id: randomUUID(), username: "alice", name: "Alice" };
const challenge = Buffer.from("a challenge").toString("base64url");
const creation = creationOptions(relyingParty, challenge, person, []);
const request = requestOptions(relyingParty, challenge);
const { origin } = relyingParty;

const register = (one: SoftwareAuthenticator, deviations: Deviations = {}) =>
  verifyRegistration(relyingParty, readRegistration(one.create(creation, deviations)), challenge);
async function registered(one: SoftwareAuthenticator): Promise<Passkey> {
  const credential = await register(one);
  return { ...credential, personId: person.id, name: "Phone", createdAt: new Date(), lastUsedAt: null };
}
const signIn = (one: SoftwareAuthenticator, passkey: Passkey, deviations: Deviations = {}) =>
  verifyAssertion(relyingParty, readAssertion(one.get(request, deviations)), challenge, passkey);

test("WebAuthn 5.4 the options require a discoverable credential, user verification and no attestation", () => {
  expect(creation).toMatchObject({
    rp: { id: "hub.example", name: "Gatehouse" },
    authenticatorSelection: {
      residentKey: "required",
      requireResidentKey: true,
      userVerification: "required",
    },
    attestation: "none",
    pubKeyCredParams: [{ alg: -7 }, { alg: -8 }, { alg: -257 }],
  });
  expect(request).toEqual({
    challenge,
    rpId: "hub.example",
    userVerification: "required",
    allowCredentials: [],
  });
});

test("WebAuthn 14.6.1 the user handle is the user's id, which names nobody", () => {
  expect(Buffer.from(creation.user.id, "base64url")).toHaveLength(16);
  expect(creation.user.id).toBe(userHandleOf(person));
  expect(userHandleOf({ id: randomUUID() })).not.toBe(creation.user.id);
});

test("the user's passkeys are excluded from another registration", async () => {
  const passkey = await registered(new SoftwareAuthenticator({ origin }));
  expect(creationOptions(relyingParty, challenge, person, [passkey]).excludeCredentials).toEqual([
    { type: "public-key", id: passkey.id, transports: ["internal", "hybrid"] },
  ]);
});

describe.each(["ES256", "EdDSA", "RS256"] as const)("a passkey with %s", (algorithm) => {
  test("is registered and signs in", async () => {
    const one = new SoftwareAuthenticator({ origin, algorithm, counts: true, backupEligible: false });
    const passkey = await registered(one);
    expect(passkey).toMatchObject({ id: one.id, counter: 0, backupEligible: false, backedUp: false });
    expect(await signIn(one, passkey)).toEqual({ counter: 1, backupEligible: false, backedUp: false });
  });

  test("does not sign in with another signature", async () => {
    const one = new SoftwareAuthenticator({ origin, algorithm });
    await expect(signIn(one, await registered(one), { tampered: true })).rejects.toThrow(PasskeyInvalid);
  });
});

const deviations: [string, Deviations][] = [
  ["of another origin", { origin: "https://evil.example" }],
  ["of another port", { origin: "https://hub.example" }],
  ["of a subdomain", { origin: "https://www.hub.example:8443" }],
  ["for another RP id", { rpId: "example" }],
  ["of the other ceremony", { type: "payment.get" }],
  ["from a frame of another origin", { crossOrigin: true }],
  ["without user verification", { userVerified: false }],
];

test.each(deviations)("WebAuthn 7.1 a registration %s is refused", async (_, deviation) => {
  await expect(register(new SoftwareAuthenticator({ origin }), deviation)).rejects.toThrow(PasskeyInvalid);
});

test.each([...deviations, ["that says its key is not synced any more", { backupEligible: false }] as const])(
  "WebAuthn 7.2 an assertion %s is refused",
  async (_, deviation) => {
    const one = new SoftwareAuthenticator({ origin });
    const passkey = await registered(one);
    await expect(signIn(one, passkey, deviation)).rejects.toThrow(PasskeyInvalid);
    expect(await signIn(one, passkey)).toEqual({ counter: 0, backupEligible: true, backedUp: true });
  },
);

test("WebAuthn 7.2 an assertion for another challenge is refused", async () => {
  const one = new SoftwareAuthenticator({ origin });
  const passkey = await registered(one);
  const assertion = readAssertion(one.get(request));
  await expect(verifyAssertion(relyingParty, assertion, "b3RoZXI", passkey)).rejects.toThrow(PasskeyInvalid);
});

test("WebAuthn 7.2 an assertion of another key is refused", async () => {
  const [one, other] = [new SoftwareAuthenticator({ origin }), new SoftwareAuthenticator({ origin })];
  const passkey = await registered(one);
  await expect(signIn(other, passkey)).rejects.toThrow(PasskeyInvalid);
});

describe("answers that nobody's browser sends", () => {
  const whole = JSON.parse(new SoftwareAuthenticator({ origin }).create(creation)) as Record<string, unknown>;
  test.each([
    ["nothing", ""],
    ["no JSON", "{"],
    ["no object", "null"],
    ["nothing in it", "{}"],
    ["an id with other characters", JSON.stringify({ ...whole, id: "a b" })],
    ["an id of 5,000 characters", JSON.stringify({ ...whole, id: "a".repeat(5000) })],
    ["another type", JSON.stringify({ ...whole, type: "password" })],
    ["a response of numbers", JSON.stringify({ ...whole, response: { clientDataJSON: 1 } })],
  ])("%s", (_, answer) => {
    expect(() => readRegistration(answer)).toThrow(PasskeyInvalid);
    expect(() => readAssertion(answer)).toThrow(PasskeyInvalid);
  });

  test("client data without a challenge", () => {
    const clientDataJSON = Buffer.from("{}").toString("base64url");
    const answer = { ...whole, response: { clientDataJSON, attestationObject: "" } };
    expect(() => challengeOf(readRegistration(JSON.stringify(answer)))).toThrow(PasskeyInvalid);
  });

  test("an attestation that is no CBOR", async () => {
    const response = { ...(whole.response as object), attestationObject: "AAAA" };
    const registration = readRegistration(JSON.stringify({ ...whole, response }));
    await expect(verifyRegistration(relyingParty, registration, challenge)).rejects.toThrow(PasskeyInvalid);
  });
});
