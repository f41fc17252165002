/** A registration that has not changed is the same client: it is not made and hashed anew to find that out. */
import type Provider from "oidc-provider";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";

export function rememberClients(provider: Provider, sites: SiteRegistry): void {
  const clients = new WeakMap<RegisteredSite, InstanceType<Provider["Client"]>>();
  const original = provider.Client.find;
  provider.Client.find = async function find(id: string) {
    const site = sites.find(id);
    const known = site && clients.get(site);
    if (known !== undefined) return known;
    const found = await original.call(this, id);
    // Registrations may have been read anew meanwhile.
    if (site !== undefined && found !== undefined && sites.find(id) === site) clients.set(site, found);
    return found;
  };
}
