/** Claims of a token, from introspection or a verified JWT, before they are checked. */
export interface TokenFacts {
  readonly issuer: unknown;
  readonly audience: readonly unknown[];
  readonly subject: unknown;
  readonly clientId: unknown;
  readonly scope: unknown;
  /** A bearer access token: not bound to a key, and no token of another kind. */
  readonly isBearer: boolean;
}

/** @see RFC 7662, section 2.2; RFC 9068, section 2.2 (the names are the same) */
export function tokenFacts(claims: Readonly<Record<string, unknown>>, isBearer: boolean): TokenFacts {
  return {
    issuer: claims.iss,
    audience: [claims.aud].flat(),
    subject: claims.sub,
    clientId: claims.client_id,
    scope: claims.scope,
    // A bound token without its proof may be stolen. RFC 9449, section 7.2
    isBearer: isBearer && claims.cnf === undefined,
  };
}
