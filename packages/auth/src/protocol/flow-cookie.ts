import { createHash, hkdfSync } from "node:crypto";
import { EncryptJWT, jwtDecrypt } from "jose";
import type { Settings } from "../settings/settings.ts";

/** Secrets of one pending sign-in. CAS has only the state. */
interface FlowSecrets {
  readonly state: string;
  readonly verifier: string | null;
  readonly nonce: string | null;
}

/** Lifetime, equal to that of next-auth's state. */
const lifeSeconds = 15 * 60;

/**
 * Seals the secrets of a sign-in for the browser's cookie. The callback's address returns the state itself, so the cookie
 * only holds its hash.
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

/** Opens the secrets; null when the cookie is missing, expired, or belongs to another state. */
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
