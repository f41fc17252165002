import type { RegisteredSite } from "./registered-site.ts";
import type { SiteRegistry } from "./site-registry.ts";

/** Sites that a person goes to and is known at; not programs, and not APIs that nobody signs in to. */
export function sitesToVisit(sites: SiteRegistry): readonly { name: string; host: string; url: string }[] {
  return sites
    .list()
    .filter(isVisited)
    .map(({ name, host, url }) => ({ name, host, url }));
}

function isVisited({ cas, oidc }: RegisteredSite): boolean {
  return cas !== undefined || (oidc?.applicationType === "web" && oidc.grants.includes("authorization_code"));
}
