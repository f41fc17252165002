import { parseRegistration, type RegisteredSite } from "../site-registry/registered-site.ts";

/**
 * A site as the hub reads it from a registration.
 *
 * @param more fields of the registration; those given replace
 */
export function parsedSite(id: string, more: object = {}): RegisteredSite {
  const registration = { id, name: id, url: `https://${id}.example/`, firstParty: true, ...more };
  return parseRegistration(`${id}.json`, JSON.stringify(registration), () => undefined);
}
