/** One service address belongs to one site: decides which registrations of a reading go on. */
import { claimServices } from "./claimed-services.ts";
import { refuseUnknownTargets } from "./known-targets.ts";
import type { RegisteredSite, RegistrationError } from "./registered-site.ts";

/** Result of reading a file. */
export type ReadFile =
  | { readonly file: string; readonly site: RegisteredSite }
  | { readonly file: string; readonly error: RegistrationError };

export interface SettledClaims {
  readonly sites: ReadonlyMap<string, RegisteredSite>;
  /** By file. */
  readonly refused: readonly { readonly error: RegistrationError; readonly kept: boolean }[];
}

/**
 * A site that goes on unchanged, or as it was because its file is wrong now, keeps its addresses; then those with
 * changed ones choose, then the new ones, each by the file's name. Whoever claims what is taken is refused, and stays
 * as it was when it was there before. So no file that is added can take over another site's sign-ins.
 *
 * @param found every file of the folder
 * @param before the sites of the reading before; no two of them claim one address
 */
export function settleClaims(
  found: readonly ReadFile[],
  before: ReadonlyMap<string, RegisteredSite>,
): SettledClaims {
  const read = refuseUnknownTargets(found);
  const errors = new Map(read.flatMap((one) => ("error" in one ? [[one.file, one.error] as const] : [])));
  const candidates = read
    .flatMap((one) => ("site" in one ? [one] : []))
    .map((one) => ({ ...one, rank: rankOf(one.site, before.get(one.site.id)) }))
    .sort((a, b) => a.rank - b.rank);
  // Who is refused may stay, with addresses that were given away meanwhile: then all choose again without it.
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

/** A file names one site for good: its id is the file's name. */
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
