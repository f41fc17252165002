/**
 * Authentication context classes of the hub, weakest first: a password; a password and a second step; a passkey.
 *
 * @see OpenID Connect Core 1.0, section 2 (acr)
 */
const acrValues = [
  "urn:gatehouse:acr:password",
  "urn:gatehouse:acr:factor",
  "urn:gatehouse:acr:passkey",
] as const;

/** Strength of a sign-in. A stronger one satisfies a weaker demand. */
export type Acr = (typeof acrValues)[number];

/** Reads a class; null for an unknown one. */
export function parseAcr(value: unknown): Acr | null {
  return acrValues.find((known) => known === value) ?? null;
}

/**
 * Whether a sign-in is as strong as demanded.
 *
 * @param acr the hub's answer; null, from a hub that did not say, satisfies nothing
 */
export function isAsStrongAs(acr: Acr | null, demanded: Acr): boolean {
  return acr !== null && acrValues.indexOf(acr) >= acrValues.indexOf(demanded);
}
