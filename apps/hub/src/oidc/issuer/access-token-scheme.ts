/** `Bearer` at the hub's own API: access tokens that a person let a site or a program have. */
import type { ApiRefusal, ApiScheme } from "../../http/api-scheme.ts";
import type { Call } from "../../http/route.ts";
import { ownApi } from "../../site-registry/known-apis.ts";
import { RequestArtifacts } from "../store/request-artifacts.ts";
import { withContext } from "../store/request-context.ts";

/** @see RFC 6750, sections 2.1 and 3 */
export const accessTokenScheme: ApiScheme = {
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
    const found = await findToken(call, token);
    if (found === undefined) {
      call.log.warn({ event: "api.token-refused" }, "call of the API refused");
      return { outcome: "refused", refusal: invalidToken };
    }
    return { outcome: "proved", ...found };
  },
};

/** A token for another API, one that ended with its session, grant or person, and one bound to a key are none here. */
async function findToken({ hub }: Call, token: string) {
  const artifacts = new RequestArtifacts(hub.database.oidcArtifacts, false);
  const nobody = { token: undefined, found: { state: "unknown" }, signingOut: false, artifacts } as const;
  const found = await withContext(nobody, () => hub.issuer.provider.AccessToken.find(token));
  const { resource } = ownApi(hub);
  if (found?.accountId === undefined || found.clientId === undefined || found.exp === undefined)
    return undefined;
  if (found.isSenderConstrained() || ![found.aud].flat().includes(resource)) return undefined;
  // It came with the token, and would not have if she were disabled.
  const person = artifacts.person(found.accountId);
  if (person === undefined) return undefined;
  await hub.database.consents.touch(found.accountId, found.clientId, resource);
  return {
    person,
    credential: {
      kind: "access-token" as const,
      id: found.clientId,
      name: hub.sites.find(found.clientId)?.name ?? found.clientId,
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
  message: "The access token is wrong, expired, taken back or for another API. Get another one.",
};
