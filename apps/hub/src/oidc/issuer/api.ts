/** Access tokens for APIs of registered sites: format, life and introspection. */

import type { ConsentStore } from "@gatehouse/database";
import type { Log } from "../../log.ts";
import { type ApiSources, findApi } from "../../site-registry/known-apis.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import { errors, type KoaContextWithOIDC } from "./provider.ts";

export interface ConsentUseNeeds {
  readonly consents: Pick<ConsentStore, "touch">;
  readonly log: Log;
}

/** Life of an access token, in seconds. */
export const accessTokenLife = 15 * 60;

/** Whether a token is for the API of a site. Records a use of the consent, which the account page shows. */
export function isForApiOf(
  site: RegisteredSite | undefined,
  token: {
    readonly accountId?: string | undefined;
    readonly clientId?: string | undefined;
    readonly aud?: string | string[] | undefined;
  },
  { consents, log }: ConsentUseNeeds,
): boolean {
  if (!isFor(site, token.aud)) return false;
  const { accountId, clientId } = token;
  if (accountId !== undefined && clientId !== undefined)
    consents
      .touch(accountId, clientId, site?.api?.resource ?? "")
      .catch((error) => log.error({ err: error }, "use of a consent not written"));
  return true;
}

function isFor(site: RegisteredSite | undefined, audience: string | readonly string[] | undefined): boolean {
  const resource = site?.api?.resource;
  return resource !== undefined && [audience ?? []].flat().includes(resource);
}

/**
 * Strength and time of the sign-in that an access token comes from, for the token and its introspection. A refresh keeps
 * those of the first sign-in.
 *
 * @returns `undefined` for a token of a program, which comes from no sign-in
 * @see RFC 9068, section 2.2.1; RFC 9470, section 6
 */
export function signInFacts(ctx: KoaContextWithOIDC) {
  const { AuthorizationCode: code, DeviceCode: device, RefreshToken: refresh } = ctx.oidc.entities;
  const source = code ?? device ?? refresh;
  return source && { acr: source.acr, amr: source.amr, auth_time: source.authTime };
}

/** @see RFC 8707 */
export function resourceServer(
  apis: ApiSources,
  resource: string,
  asking: RegisteredSite | undefined,
  asked: Iterable<string>,
) {
  const api = findApi(apis, resource);
  if (api === undefined) throw new errors.InvalidTarget();
  // Unknown scopes are ignored (Core, 3.1.2.1); known scopes that the site is not registered for are refused.
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
