/** APIs that tokens and app passwords can be for: those of registered sites, and the hub's own. */
import type { Settings } from "../settings/env.ts";
import type { RegisteredApi } from "./registered-oidc.ts";
import type { SiteRegistry } from "./site-registry.ts";

/** Sources of the known APIs. */
export interface ApiSources {
  readonly settings: Pick<Settings, "hubUrl">;
  readonly sites: Pick<SiteRegistry, "list">;
}

export interface KnownApi extends RegisteredApi {
  /** Id and name of the site it belongs to; `null`: the hub itself. */
  readonly site: { readonly id: string; readonly name: string } | null;
}

/** The scope of the hub's own API. */
export const ownScope = "account.read";

export function ownApi({ settings }: Pick<ApiSources, "settings">): KnownApi {
  return {
    resource: `${settings.hubUrl}/api/v1`,
    scopes: { [ownScope]: "see who you are" },
    sensitive: [],
    // Opaque, so that revocation takes effect at the next call.
    tokens: "opaque",
    site: null,
  };
}

/** In the order in which users see them. */
export function listApis(sources: ApiSources): readonly KnownApi[] {
  const registered = sources.sites
    .list()
    .flatMap(({ id, name, api }) => (api === undefined ? [] : { ...api, site: { id, name } }));
  return [ownApi(sources), ...registered];
}

/** @param resource as a site requests it (RFC 8707) */
export function findApi(sources: ApiSources, resource: string): KnownApi | undefined {
  return listApis(sources).find((api) => api.resource === resource);
}

/** A scope's name, unique among all APIs: prefixed with the site's id, or without prefix for the hub's own API. */
export function qualifiedScope({ site }: KnownApi, scope: string): string {
  return site === null ? scope : `${site.id}:${scope}`;
}
