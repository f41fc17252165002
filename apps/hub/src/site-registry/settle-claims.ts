/** One service address belongs to one site: decides which registrations of a reading are valid. */
import { claimServices } from "./claimed-services.ts";
import type { ReadFile } from "./read-registrations.ts";
import type { RegisteredSite, RegistrationError } from "./registered-site.ts";
import { refuseUnknownTargets } from "./registration-rules.ts";

export interface SettledClaims {
  readonly sites: ReadonlyMap<string, RegisteredSite>;
  /** By file. */
  readonly refused: readonly { readonly error: RegistrationError; readonly kept: boolean }[];
}

/**
 * Unchanged sites, and sites whose file is wrong now, keep their addresses first; then sites with changed addresses claim
 * theirs, then new sites, each in order of file name. A registration that claims a taken address is refused, and its site
 * keeps its previous registration if there is one. So no added file can take over another site's sign-ins.
 *
 * @param found every file of the folder
 * @param before the sites of the previous reading, whose claims do not overlap
 */
export function acceptRegistrations(
  found: readonly ReadFile[],
  before: ReadonlyMap<string, RegisteredSite>,
): SettledClaims {
  const read = refuseUnknownTargets(found);
  const errors = new Map(read.flatMap((one) => ("error" in one ? [[one.file, one.error] as const] : [])));
  const candidates = read
    .flatMap((one) => ("site" in one ? [one] : []))
    .map((one) => ({ ...one, rank: rankOf(one.site, before.get(one.site.id)) }))
    .sort((a, b) => a.rank - b.rank);
  // A refused site keeps its previous registration, whose addresses another site may have claimed in this round. Then all
  // claims start again, with that site's addresses taken first.
  for (;;) {
    const claims = claimServices(keptSites(errors.keys(), before));
    const isGivenAway = candidates.some(({ file, site }) => {
      if (errors.has(file)) return false;
      const error = claims.findClash(file, site);
      if (error === undefined) claims.add(site);
      else errors.set(file, error);
      return error !== undefined && keptSite(file, before) !== undefined;
    });
    if (!isGivenAway) return { sites: claims.sites, refused: refusals(errors, before) };
  }
}

function rankOf(site: RegisteredSite, before: RegisteredSite | undefined): number {
  if (before === undefined) return 2;
  const claims = ({ cas }: RegisteredSite) => JSON.stringify(cas?.services ?? []);
  return claims(site) === claims(before) ? 0 : 1;
}

function keptSites(
  files: Iterable<string>,
  before: ReadonlyMap<string, RegisteredSite>,
): readonly RegisteredSite[] {
  return [...files].flatMap((file) => keptSite(file, before) ?? []);
}

/** The previous registration of a file's site, whose id is the file's name. */
function keptSite(file: string, before: ReadonlyMap<string, RegisteredSite>): RegisteredSite | undefined {
  return before.get(file.replace(/\.json$/, ""));
}

function refusals(
  errors: ReadonlyMap<string, RegistrationError>,
  before: ReadonlyMap<string, RegisteredSite>,
): SettledClaims["refused"] {
  return [...errors.values()]
    .sort((a, b) => (a.file < b.file ? -1 : 1))
    .map((error) => ({ error, kept: keptSite(error.file, before) !== undefined }));
}
