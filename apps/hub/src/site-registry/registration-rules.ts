/** Rules for a registration that its own file cannot decide: other files of the folder, and the mode of the hub. */
import { isLoopbackHost } from "../settings/env.ts";
import type { ReadFile } from "./read-registrations.ts";
import { RegistrationError } from "./registered-site.ts";

/**
 * Refuses registrations whose proxy target is no site of the folder, or a site without CAS; otherwise a typing error would
 * show only at the first proxy ticket. A target whose own file is wrong at the moment counts as known, so that one wrong
 * file does not invalidate others.
 *
 * @param read every file of the folder
 * @see CAS protocol 3.0.3, section 2.7.1
 */
export function refuseUnknownTargets(read: readonly ReadFile[]): readonly ReadFile[] {
  const files = new Map(read.map((one) => [one.file, one]));
  return read.map((one) => {
    const targets = "site" in one ? (one.site.cas?.proxy?.targets ?? []) : [];
    for (const [index, target] of targets.entries()) {
      const found = files.get(`${target}.json`);
      const field = `cas.proxy.targets.${index}`;
      if (found === undefined)
        return refused(one.file, field, `names ${JSON.stringify(target)}, which is not a registered site`);
      if ("site" in found && found.site.cas === undefined)
        return refused(one.file, field, `names ${target}, whose registration has no section cas`);
    }
    return one;
  });
}

function refused(file: string, field: string, reason: string): ReadFile {
  return { file, error: new RegistrationError(file, field, reason) };
}

/**
 * Refuses services by plain http, for production: anybody on the network path could take the ticket and impersonate the
 * user. Loopback has no such path.
 *
 * @see CAS protocol 3.0.3, section 2.1.1 (service)
 */
export function refusePlainHttp(one: ReadFile): ReadFile {
  const services = "site" in one ? (one.site.cas?.services ?? []) : [];
  const index = services.findIndex(
    ({ origin }) => origin.startsWith("http:") && !isLoopbackHost(new URL(origin).hostname),
  );
  if (index < 0) return one;
  const reason =
    "should begin with https:// in production: over http, anybody on the network path can read tickets";
  return { file: one.file, error: new RegistrationError(one.file, `cas.services.${index}`, reason) };
}
