import type Provider from "oidc-provider";
import type { Scopes } from "../scope/consent.ts";

/** The scopes that a grant allows, without the declined ones. @param payload as stored */
export function scopesOfGrant(provider: Provider, payload: Readonly<Record<string, unknown>>): Scopes {
  const grant = Object.assign(new provider.Grant(), structuredClone(payload));
  const split = (text: string) => text.split(" ").filter(Boolean);
  const resources = Object.keys(grant.resources ?? {});
  return {
    scopes: split(grant.getOIDCScope()),
    resources: Object.fromEntries(
      resources.map((resource) => [resource, split(grant.getResourceScope(resource))]),
    ),
  };
}
