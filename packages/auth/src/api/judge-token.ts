import { invalidToken } from "./api-refusal.ts";

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

/** The caller of an API: the user, the site or program that acts for them, and its scopes. */
export interface Caller {
  /** The hub's id of the user, the same as `session.user.id`. */
  readonly personId: string;
  /** The registration that the token was issued to; null for an app password. */
  readonly siteId: string | null;
  readonly scopes: ReadonlySet<string>;
}

/** Required issuer and audience of a token. */
export interface Expected {
  readonly issuer: string;
  readonly resource: string;
}

/**
 * @throws {ApiRefusal} invalid_token
 * @see RFC 9068, section 4; RFC 8707, section 2 (audience)
 */
export function judgeToken(facts: TokenFacts | null, { issuer, resource }: Expected): Caller {
  if (facts === null) throw invalidToken("The access token has expired, was revoked or is unknown.");
  if (facts.issuer !== issuer) throw invalidToken("The access token is of another issuer.");
  if (!facts.audience.includes(resource)) throw invalidToken("The access token is for another API.");
  if (!facts.isBearer) throw invalidToken("The token is bound to a key, or is no access token.");
  const { subject, clientId, scope } = facts;
  if (typeof clientId !== "string") throw invalidToken("The access token names no client.");
  // A program's own token names the program or nobody, and must not pass for a user. RFC 9068, section 5
  if (typeof subject !== "string" || subject === "" || subject === clientId)
    throw invalidToken("The access token belongs to a program and not to a user.");
  const scopes = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
  return { personId: subject, siteId: clientId, scopes: new Set(scopes) };
}
