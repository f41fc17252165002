import { isLoopbackHost } from "../settings/env.ts";
import type { ReadFile } from "./read-file.ts";
import { RegistrationError } from "./registered-site.ts";

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
  const reason = "should begin with https:// in production: over http everybody on the way reads the tickets";
  return { file: one.file, error: new RegistrationError(one.file, `cas.services.${index}`, reason) };
}
