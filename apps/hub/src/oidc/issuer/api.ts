/** APIs of registered sites, to oidc-provider: what tokens for them are, and who may ask about one. */

import type { Hub } from "../../hub.ts";
import { findApi } from "../../site-registry/known-apis.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import { errors } from "./provider.ts";

/** Of a token, in seconds. */
export const accessTokenLife = 15 * 60;

/** An API that asks about a token of a person's is using what she allowed; she can see so. */
export function isForApiOf(
  site: RegisteredSite | undefined,
  token: {
    readonly accountId?: string | undefined;
    readonly clientId?: string | undefined;
    readonly aud?: string | string[] | undefined;
  },
  { database, log }: Pick<Hub, "database" | "log">,
): boolean {
  if (!isFor(site, token.aud)) return false;
  const { accountId, clientId } = token;
  if (accountId !== undefined && clientId !== undefined)
    database.consents
      .touch(accountId, clientId, site?.api?.resource ?? "")
      .catch((error) => log.error({ err: error }, "use of a consent not written"));
  return true;
}

function isFor(site: RegisteredSite | undefined, audience: string | readonly string[] | undefined): boolean {
  const resource = site?.api?.resource;
  return resource !== undefined && [audience ?? []].flat().includes(resource);
}

/** @see RFC 8707 */
export function resourceServer(
  hub: Pick<Hub, "settings" | "sites">,
  resource: string,
  asking: RegisteredSite | undefined,
  asked: Iterable<string>,
) {
  const api = findApi(hub, resource);
  if (api === undefined) throw new errors.InvalidTarget();
  // What nobody knows is ignored (Core, 3.1.2.1); what this API knows and the site is not registered for is refused.
  const beyond = [...asked].find(
    (scope) => Object.hasOwn(api.scopes, scope) && !asking?.oidc?.scopes.includes(scope),
  );
  if (beyond !== undefined) throw new errors.InvalidScope("requested scope is not allowed", beyond);
  return {
    scope: Object.keys(api.scopes)
      .filter((scope) => asking?.oidc?.scopes.includes(scope))
      .join(" "),
    audience: api.resource,
    accessTokenTTL: accessTokenLife,
    accessTokenFormat: api.tokens,
    ...(api.tokens === "jwt" ? { jwt: { sign: { alg: "ES256" as const } } } : {}),
  };
}
