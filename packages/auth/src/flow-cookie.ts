import { createHash, hkdfSync } from "node:crypto";
import { EncryptJWT, jwtDecrypt } from "jose";
import type { Settings } from "./settings.ts";

/** Secrets of one way to the hub and back. CAS has the state alone. */
export interface FlowSecrets {
  readonly state: string;
  readonly verifier: string | null;
  readonly nonce: string | null;
}

/** As long as next-auth takes a state back. */
const lifeSeconds = 15 * 60;

/**
 * Seals the secrets of a sign-in for the browser's cookie. The state itself comes back in the callback's address, so its
 * hash is enough.
 *
 * @param name of the cookie; a value that was moved to another name does not open
 */
export async function sealFlow(
  settings: Pick<Settings, "cookieSecret">,
  name: string,
  { state, verifier, nonce }: FlowSecrets,
): Promise<string> {
  return new EncryptJWT({ s: digest(state), ...(verifier && { v: verifier }), ...(nonce && { n: nonce }) })
    .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
    .setExpirationTime(`${lifeSeconds}s`)
    .encrypt(key(settings, name));
}

/** The secrets again, or null when the cookie is missing, over, or belongs to another state than the one that came back. */
export async function openFlow(
  settings: Pick<Settings, "cookieSecret">,
  name: string,
  { packed, state }: { readonly packed: string | null; readonly state: string },
): Promise<FlowSecrets | null> {
  const opened = await jwtDecrypt(packed ?? "", key(settings, name), {
    keyManagementAlgorithms: ["dir"],
    contentEncryptionAlgorithms: ["A256GCM"],
    requiredClaims: ["exp"],
  }).catch(() => null);
  const { s, v, n } = opened?.payload ?? {};
  if (s !== digest(state)) return null;
  return { state, verifier: typeof v === "string" ? v : null, nonce: typeof n === "string" ? n : null };
}

function digest(state: string): string {
  return createHash("sha256").update(state).digest("base64url");
}

function key({ cookieSecret }: Pick<Settings, "cookieSecret">, name: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", cookieSecret, name, "gatehouse flow cookie v1", 32));
}
