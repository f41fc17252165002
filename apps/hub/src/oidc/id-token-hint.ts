/**
 * ID tokens that come back as a hint. They are often older than the key that signed them, or were signed by an algorithm
 * that the registration named before; what counts is that this hub signed them, for this site.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (id_token_hint); RP-Initiated Logout 1.0, sections 2 and 4
 */
import { compactVerify, createLocalJWKSet, decodeJwt, type JWK } from "jose";
import type Provider from "oidc-provider";
import { algorithms } from "./signing-keys.ts";

/** @param keys the public halves of all keys that have signed, the retired ones too */
export function recogniseHints(provider: Provider, keys: readonly JWK[]): void {
  const known = createLocalJWKSet({ keys: [...keys] });
  provider.IdToken.validate = async (token, client) => {
    const { protectedHeader: header } = await compactVerify(token, known, { algorithms: [...algorithms] });
    const payload = decodeJwt(token);
    if (payload.iss !== provider.issuer) throw new Error("the issuer is another");
    if (![payload.aud].flat().includes(client.clientId)) throw new Error("the audience is another");
    // A logout token is signed by the same keys for the same site, and names nobody.
    if (typeof payload.sub !== "string") throw new Error("the subject is missing");
    return { header, payload };
  };
}
