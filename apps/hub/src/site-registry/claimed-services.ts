import type { ServicePattern } from "@gatehouse/cas/server";
import { commonService } from "./common-service.ts";
import { type RegisteredSite, RegistrationError } from "./registered-site.ts";

/** Sites and their claimed services, indexed by origin: a new site is compared only with sites of the same origins. */
export interface ClaimedServices {
  readonly sites: ReadonlyMap<string, RegisteredSite>;
  add(site: RegisteredSite): void;
  /** @returns the refusal of `site` because of a service that another site claims; `undefined`: there is none */
  findClash(file: string, site: RegisteredSite): RegistrationError | undefined;
}

/** @param first sites whose claims do not overlap */
export function claimServices(first: Iterable<RegisteredSite>): ClaimedServices {
  const sites = new Map<string, RegisteredSite>();
  const byOrigin = new Map<string, { readonly siteId: string; readonly pattern: ServicePattern }[]>();

  function add(site: RegisteredSite): void {
    sites.set(site.id, site);
    for (const pattern of site.cas?.services ?? []) {
      const claims = byOrigin.get(pattern.origin) ?? [];
      claims.push({ siteId: site.id, pattern });
      byOrigin.set(pattern.origin, claims);
    }
  }

  for (const site of first) add(site);
  return {
    sites,
    add,
    findClash(file, { id, cas }) {
      for (const [index, pattern] of (cas?.services ?? []).entries()) {
        const taken = byOrigin
          .get(pattern.origin)
          ?.find((claim) => claim.siteId !== id && commonService(pattern, claim.pattern) !== undefined);
        if (taken === undefined) continue;
        const reason = `overlaps with services of the site ${taken.siteId}, which has registered "${taken.pattern.text}"`;
        return new RegistrationError(file, `cas.services.${index}`, reason);
      }
      return undefined;
    },
  };
}
