/**
 * How `doctor` shows a running hub that it has the same `HUB_SECRETS`, to be told more than strangers are. A stranger who
 * got hold of the proof would learn how the hub was started and what is wrong with its proxy, and nothing else.
 */
import type { PurposeKeys } from "../secret-keys.ts";

export const doctorPurpose = "doctor";
const scheme = "Gatehouse-Doctor";

/** Value of `Authorization`. */
export function proveDoctor(keys: PurposeKeys, hubUrl: string): string {
  return `${scheme} ${keys.sign(hubUrl)}`;
}

export function isDoctor(keys: PurposeKeys, hubUrl: string, authorization: string | undefined): boolean {
  const [given, proof = ""] = (authorization ?? "").split(" ");
  return given === scheme && keys.isSignature(hubUrl, proof);
}
