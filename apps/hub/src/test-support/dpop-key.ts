/** A key that a site binds its tokens to, and proofs of having it (RFC 9449). */
import { randomUUID } from "node:crypto";
import { exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";

export interface DpopKey {
  readonly jwk: JWK;
  /** @param more claims that replace, such as `ath` for a call with a token */
  proof(method: string, address: string, more?: Readonly<Record<string, unknown>>): Promise<string>;
}

export async function createDpopKey(): Promise<DpopKey> {
  const { privateKey, publicKey } = await generateKeyPair("ES256");
  const jwk = await exportJWK(publicKey);
  return {
    jwk,
    proof: (method, address, more = {}) =>
      new SignJWT({
        htm: method,
        htu: address,
        jti: randomUUID(),
        iat: Math.floor(Date.now() / 1000),
        ...more,
      })
        .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk })
        .sign(privateKey),
  };
}
