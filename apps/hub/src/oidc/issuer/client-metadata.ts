/** Clients of oidc-provider, which are the registered sites. */

import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import { ownScopes } from "../scope/claim-scopes.ts";
import type { Adapter, AdapterPayload, ClientMetadata } from "./provider.ts";

const grantTypes = {
  authorization_code: "authorization_code",
  refresh_token: "refresh_token",
  client_credentials: "client_credentials",
  device_code: "urn:ietf:params:oauth:grant-type:device_code",
} as const;

/** Hash of no secret, for a site without one; `clients.ts` compares hashes. */
const noHash = "0".repeat(64);

/** Finds clients in the registrations; everything else is refused. */
export function createClientAdapter(sites: Pick<SiteRegistry, "find">): Adapter {
  const refuse = async (): Promise<never> => {
    throw new Error("clients come from registrations");
  };
  return {
    find: async (id) => {
      const site = sites.find(id);
      return site && (clientMetadata(site) as AdapterPayload | undefined);
    },
    upsert: refuse,
    findByUserCode: refuse,
    findByUid: refuse,
    consume: refuse,
    destroy: refuse,
    revokeByGrantId: refuse,
  };
}

/**
 * @returns `undefined` for a site that does not speak OpenID Connect
 * @see OpenID Connect Dynamic Client Registration 1.0, section 2
 */
function clientMetadata(site: RegisteredSite): ClientMetadata | undefined {
  const { oidc } = site;
  // An API without sign-in authenticates to introspect tokens.
  if (oidc === undefined) return site.api === undefined ? undefined : apiMetadata(site);
  const usesCode = oidc.grants.includes("authorization_code");
  return {
    client_id: site.id,
    client_name: site.name,
    client_uri: site.url,
    ...secretOf(site, oidc.clientAuthentication),
    application_type: oidc.applicationType,
    token_endpoint_auth_method: oidc.clientAuthentication,
    redirect_uris: [...oidc.redirectUris],
    post_logout_redirect_uris: [...oidc.postLogoutRedirectUris],
    response_types: usesCode ? ["code"] : [],
    grant_types: oidc.grants.map((grant) => grantTypes[grant]),
    // Only scopes of the issuer; `resourceServer` checks scopes of APIs against the registration.
    ...scopeOf(oidc.scopes),
    subject_type: oidc.subject,
    id_token_signed_response_alg: oidc.idTokenAlgorithm,
    ...(oidc.jwks === undefined ? {} : { jwks: oidc.jwks as NonNullable<ClientMetadata["jwks"]> }),
    ...(oidc.backchannelLogoutUrl === undefined
      ? {}
      : { backchannel_logout_uri: oidc.backchannelLogoutUrl, backchannel_logout_session_required: true }),
  };
}

function scopeOf(scopes: readonly string[]): { readonly scope?: string } {
  const own = scopes.filter((scope) => ownScopes.includes(scope));
  return own.length === 0 ? {} : { scope: own.join(" ") };
}

function apiMetadata(site: RegisteredSite): ClientMetadata {
  return {
    client_id: site.id,
    client_name: site.name,
    ...secretOf(site, "client_secret_basic"),
    token_endpoint_auth_method: "client_secret_basic",
    redirect_uris: [],
    response_types: [],
    grant_types: [],
  };
}

function secretOf(site: RegisteredSite, method: string): { readonly client_secret?: string } {
  return method.startsWith("client_secret") ? { client_secret: site.secretHash ?? noHash } : {};
}
