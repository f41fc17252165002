/** The APIs that tokens and app passwords can be for: those of registered sites, and the hub's own. */
import type { Hub } from "../hub.ts";
import type { RegisteredApi } from "./registered-oidc.ts";

export interface KnownApi extends RegisteredApi {
  /** Id and name of the site it belongs to; `null`: the hub itself. */
  readonly site: { readonly id: string; readonly name: string } | null;
}

/** The scope of the hub's own API. */
export const ownScope = "account.read";

export function ownApi({ settings }: Pick<Hub, "settings">): KnownApi {
  return {
    resource: `${settings.hubUrl}/api/v1`,
    scopes: { [ownScope]: "see who you are" },
    sensitive: [],
    // What is taken back stops the very next call: the hub can look.
    tokens: "opaque",
    site: null,
  };
}

/** In the order in which people see them. */
export function listApis(hub: Pick<Hub, "settings" | "sites">): readonly KnownApi[] {
  const registered = hub.sites
    .list()
    .flatMap(({ id, name, api }) => (api === undefined ? [] : { ...api, site: { id, name } }));
  return [ownApi(hub), ...registered];
}

/** @param resource as a client names it (RFC 8707) */
export function findApi(hub: Pick<Hub, "settings" | "sites">, resource: string): KnownApi | undefined {
  return listApis(hub).find((api) => api.resource === resource);
}

/** A scope's name, unique among all APIs: prefixed with the site's id, or without prefix for the hub's own API. */
export function qualifiedScope({ site }: KnownApi, scope: string): string {
  return site === null ? scope : `${site.id}:${scope}`;
}
