/** `Bearer` at the hub's own API: access tokens that a user allowed to a site or program. */
import type { ConsentStore, OidcArtifactStore } from "@gatehouse/database";
import type { ApiRefusal, ApiScheme } from "../../http/api-scheme.ts";
import { type ApiSources, ownApi } from "../../site-registry/known-apis.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { RequestArtifacts } from "../store/request-artifacts.ts";
import { withContext } from "../store/request-context.ts";
import type { CurrentProvider } from "./provider.ts";

export interface AccessTokenNeeds {
  readonly consents: Pick<ConsentStore, "touch">;
  readonly issuer: CurrentProvider;
  readonly oidcArtifacts: OidcArtifactStore;
  readonly settings: ApiSources["settings"];
  readonly sites: Pick<SiteRegistry, "find">;
}

/** @see RFC 6750, sections 2.1 and 3 */
export const accessTokenScheme = (needs: AccessTokenNeeds): ApiScheme => ({
  name: "Bearer",
  challenge(refusal) {
    const facts = refusal && {
      error: refusal.code,
      error_description: refusal.message,
      ...(refusal.scope !== undefined && { scope: refusal.scope }),
    };
    return [
      'Bearer realm="gatehouse"',
      ...Object.entries(facts ?? {}).map(([name, value]) => `${name}="${value}"`),
    ].join(", ");
  },
  async prove(call, token) {
    if (!/^[\w.~+/-]+=*$/.test(token)) return { outcome: "refused", refusal: malformed };
    const found = await findToken(needs, token);
    if (found === undefined) {
      call.log.warn({ event: "access-token.refused" }, "API call refused");
      return { outcome: "refused", refusal: invalidToken };
    }
    return { outcome: "proved", ...found };
  },
});

/** Finds a valid token for this API. Tokens bound to a key, and of ended sessions, grants or disabled users, are invalid. */
async function findToken(
  { consents, issuer, oidcArtifacts, settings, sites }: AccessTokenNeeds,
  token: string,
) {
  const artifacts = new RequestArtifacts(oidcArtifacts, false);
  const nobody = { token: undefined, found: { state: "unknown" }, signingOut: false, artifacts } as const;
  const found = await withContext(nobody, () => issuer.provider.AccessToken.find(token));
  const { resource } = ownApi({ settings });
  if (found?.accountId === undefined || found.clientId === undefined || found.exp === undefined)
    return undefined;
  if (found.isSenderConstrained() || ![found.aud].flat().includes(resource)) return undefined;
  // The store finds the user with the token, but no disabled user.
  const person = artifacts.person(found.accountId);
  if (person === undefined) return undefined;
  await consents.touch(found.accountId, found.clientId, resource);
  return {
    person,
    credential: {
      kind: "access-token" as const,
      id: found.clientId,
      name: sites.find(found.clientId)?.name ?? found.clientId,
      scopes: [...found.scopes],
      expiresAt: new Date(found.exp * 1000),
    },
  };
}

const malformed: ApiRefusal = {
  status: 400,
  code: "invalid_request",
  message: "Send one access token after the word Bearer, and nothing else.",
};

const invalidToken: ApiRefusal = {
  status: 401,
  code: "invalid_token",
  message: "The access token is invalid, expired, revoked or for another API. Request a new one.",
};
