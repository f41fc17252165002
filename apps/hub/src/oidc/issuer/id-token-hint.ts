/**
 * Verifies ID tokens sent as a hint. Their key may be retired, and the registration may name another algorithm by now; the
 * hub accepts every ID token that it signed for this site.
 *
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (id_token_hint); RP-Initiated Logout 1.0, sections 2 and 4
 */

import { compactVerify, createLocalJWKSet, decodeJwt, type JWK } from "jose";
import { algorithms } from "../keys/signing-keys.ts";
import type { Provider } from "./provider.ts";
import { replaceMember } from "./provider-internals.ts";

/** @param keys the public halves of all signing keys, including retired ones */
export function acceptRetiredKeysInHints(provider: Provider, keys: readonly JWK[]): void {
  const known = createLocalJWKSet({ keys: [...keys] });
  replaceMember(provider, "IdToken.validate", () => async (token, client) => {
    const { protectedHeader: header } = await compactVerify(token, known, { algorithms: [...algorithms] });
    const payload = decodeJwt(token);
    if (payload.iss !== provider.issuer) throw new Error("the issuer is another");
    if (![payload.aud].flat().includes(client.clientId)) throw new Error("the audience is another");
    // A logout token has the same keys and audience, but identifies nobody.
    if (typeof payload.sub !== "string") throw new Error("the subject is missing");
    return { header, payload };
  });
}
