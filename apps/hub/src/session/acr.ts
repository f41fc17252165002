/**
 * Strength of a sign-in. A session stores the methods of its authentication (`amr`); its authentication context class
 * (`acr`) follows from them. A stronger sign-in satisfies a weaker demand.
 *
 * @see RFC 8176, section 2; OpenID Connect Core 1.0, section 2 (acr)
 */

import { type Acr, acrValues } from "../site-registry/acr-values.ts";

/** Methods of a passkey: a key that may be copied to other devices, or one that may not. */
const passkeyMethods: readonly string[] = ["swk", "hwk"];

/** @param amr methods of the sign-in */
export function acrOf(amr: readonly string[]): Acr {
  if (amr.some((method) => passkeyMethods.includes(method)) && amr.includes("user")) return acrValues[2];
  return amr.includes("mfa") ? acrValues[1] : acrValues[0];
}

/**
 * Whether a sign-in is as strong as a class demands. Unknown classes are never satisfied.
 *
 * @param amr methods of the sign-in
 * @param demanded value of `acr_values`, or of a registration
 */
export function isAsStrongAs(amr: readonly string[], demanded: string): boolean {
  const level = (acrValues as readonly string[]).indexOf(demanded);
  return level !== -1 && acrValues.indexOf(acrOf(amr)) >= level;
}
