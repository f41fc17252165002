import { createHash } from "node:crypto";

/** Each kind of token has a hash domain of its own, so that one kind never stands for another. */
export type TokenKind = "TGT" | "ST" | "LT" | "PGT" | "AP" | `oidc:${string}`;

/**
 * What is stored of a token: SHA-256 with its domain, in hex. Tokens are 170 random bits and more,
 * so a slow hash would protect nothing.
 */
export function tokenHash(kind: TokenKind, token: string): string {
  return createHash("sha256").update(`gatehouse:${kind}:${token}`).digest("hex");
}

/** The same in PostgreSQL, for a token that a row holds. @param expression SQL; of NULL it is NULL */
export function tokenHashInSql(kind: TokenKind, expression: string): string {
  return `encode(sha256(convert_to('gatehouse:${kind}:' || (${expression}), 'UTF8')), 'hex')`;
}
