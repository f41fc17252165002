import { invalidToken } from "./api-refusal.ts";
import type { TokenFacts } from "./token-facts.ts";

/** For whom a request is made, by which site or program, and what she let it do. */
export interface Caller {
  /** The hub's id of the person, the same as `session.user.id`. */
  readonly personId: string;
  /** The registration that got the token; null when a program came with an app password of hers. */
  readonly siteId: string | null;
  readonly scopes: ReadonlySet<string>;
}

/** What a token has to be made by and for. */
export interface Expected {
  readonly issuer: string;
  readonly resource: string;
}

/**
 * @throws {ApiRefusal} invalid_token
 * @see RFC 9068, section 4; RFC 8707, section 2 (audience)
 */
export function judgeToken(facts: TokenFacts | null, { issuer, resource }: Expected): Caller {
  if (facts === null) throw invalidToken("The access token has expired, was taken back or never was one.");
  if (facts.issuer !== issuer) throw invalidToken("The access token is of another issuer.");
  if (!facts.audience.includes(resource)) throw invalidToken("The access token is for another API.");
  if (!facts.isBearer) throw invalidToken("The token is bound to a key, or is no access token.");
  const { subject, clientId, scope } = facts;
  if (typeof clientId !== "string") throw invalidToken("The access token does not say whose program it is.");
  // A program's own token names the program, or nobody. RFC 9068, section 5: it must not pass for a person.
  if (typeof subject !== "string" || subject === "" || subject === clientId)
    throw invalidToken("The access token is of a program and not of a person.");
  const scopes = typeof scope === "string" ? scope.split(" ").filter(Boolean) : [];
  return { personId: subject, siteId: clientId, scopes: new Set(scopes) };
}
