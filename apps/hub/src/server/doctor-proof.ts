/**
 * Proof of `HUB_SECRETS`, by which a running hub gives `doctor` a detailed answer. A stolen proof reveals the mode of the
 * hub and the mistakes of its proxy, and nothing else.
 */
import type { PurposeKeys } from "../settings/secret-keys.ts";

const scheme = "Gatehouse-Doctor";

/** Value of `Authorization`. */
export function proveDoctor(keys: PurposeKeys, hubUrl: string): string {
  return `${scheme} ${keys.sign(hubUrl)}`;
}

export function isDoctor(keys: PurposeKeys, hubUrl: string, authorization: string | undefined): boolean {
  const [given, proof = ""] = (authorization ?? "").split(" ");
  return given === scheme && keys.isSignature(hubUrl, proof);
}
