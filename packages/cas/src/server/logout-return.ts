import { CasError } from "./cas-error.ts";
import type { RequestParameters } from "./parameters.ts";
import { parseService, type Service } from "./service.ts";

/**
 * Where `/logout` may send a person afterwards, provided that the registry knows the address. An address
 * that cannot be read is as good as none: nothing about it may keep anybody signed in. `url`, of CAS 2,
 * is ignored.
 *
 * @returns `null` when a page says that she is signed out
 * @see CAS protocol 3.0.3, sections 2.3.1 and 2.3.2
 */
export function parseLogoutReturn(parameters: RequestParameters): Service | null {
  try {
    return parseService(parameters.get("service") ?? "");
  } catch (error) {
    if (error instanceof CasError) return null;
    throw error;
  }
}
