import { hash } from "node:crypto";

/** Kind of token. It is part of the hash, so that one kind is never accepted as another. */
export type TokenKind = "TGT" | "ST" | "LT" | "PGT" | "AP" | "PSI" | "RC" | "VT" | `oidc:${string}`;

/** Stored form of a token: SHA-256 in hex. Tokens have at least 160 random bits, so a fast hash is sufficient. */
export function tokenHash(kind: TokenKind, token: string): string {
  return hash("sha256", `gatehouse:${kind}:${token}`, "hex");
}

/** SQL that computes `tokenHash` of an expression; NULL for NULL. */
export function tokenHashInSql(kind: TokenKind, expression: string): string {
  return `encode(sha256(convert_to('gatehouse:${kind}:' || (${expression}), 'UTF8')), 'hex')`;
}
