import type { RegisteredSite } from "./registered-site.ts";
import type { SiteRegistry } from "./site-registry.ts";

/** Sites that users sign in to with a browser; not programs, and not APIs. */
export function sitesToVisit(
  sites: Pick<SiteRegistry, "list">,
): readonly { name: string; host: string; url: string }[] {
  return sites
    .list()
    .filter(isVisited)
    .map(({ name, host, url }) => ({ name, host, url }));
}

function isVisited({ cas, oidc }: RegisteredSite): boolean {
  return cas !== undefined || (oidc?.applicationType === "web" && oidc.grants.includes("authorization_code"));
}
