/** Authentication context class of a sign-in by password alone. @see OpenID Connect Core 1.0, section 2 (acr) */
export const passwordAcr = "urn:gatehouse:acr:password";
