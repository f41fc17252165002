/**
 * Authentication context classes, weakest first: a password; a password and a factor; a passkey.
 *
 * @see OpenID Connect Core 1.0, section 2 (acr)
 */
export const acrValues = [
  "urn:gatehouse:acr:password",
  "urn:gatehouse:acr:factor",
  "urn:gatehouse:acr:passkey",
] as const;

export type Acr = (typeof acrValues)[number];
