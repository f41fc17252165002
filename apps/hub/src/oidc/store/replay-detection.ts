/**
 * Client assertions and DPoP proofs work once. oidc-provider reads first and then writes, so both of two concurrent
 * requests would pass; here one statement decides.
 *
 * @see RFC 7523, section 3 (7); RFC 9449, section 11.1
 */
import { createHash } from "node:crypto";
import type { OidcArtifactStore } from "@gatehouse/database";
import { errors, type Provider } from "../issuer/provider.ts";
import { replaceMember } from "../issuer/provider-internals.ts";

export interface ReplayNeeds {
  readonly oidcArtifacts: Pick<OidcArtifactStore, "add">;
}

/** Maximum life of an assertion, whose id is stored until it expires. */
const longestAssertionSeconds = 3600;

export function detectReplays(provider: Provider, { oidcArtifacts }: ReplayNeeds): void {
  replaceMember(
    provider,
    "ReplayDetection.unique",
    () => (by, id, ends) =>
      oidcArtifacts.add(
        createHash("sha256")
          .update(JSON.stringify([by, id]))
          .digest("base64url"),
        {
          kind: "ReplayDetection",
          payload: {},
          clientId: by,
          lifeSeconds: Math.max(1, ends - now()),
        },
      ),
  );
}

/**
 * Refuses an assertion that also names another server: that server could use it here.
 *
 * @see RFC 7523, section 3 (3) and (4); draft-ietf-oauth-rfc7523bis, section 4 (one audience)
 */
export function validateAssertion(
  _ctx: unknown,
  { exp, aud }: { readonly exp?: unknown; readonly aud?: unknown },
): void {
  if (Number(exp) > now() + longestAssertionSeconds)
    throw new errors.InvalidClientAuth("the client_assertion ends too far in the future");
  if ([aud].flat().length !== 1)
    throw new errors.InvalidClientAuth("the client_assertion is for another server too");
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}
