/** The request of a device, found by the code that it shows. */
import type { CentralSession } from "@gatehouse/database";
import type { Hub } from "../../hub.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import { type Asked, requestedScopes } from "../scope/consent.ts";
import { deviceCodeLife } from "../store/adapter.ts";

export interface DeviceRequest {
  /** Under which it is kept. */
  readonly id: string;
  /** As the device shows it. */
  readonly code: string;
  readonly site: RegisteredSite;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** How old the sign-in may be, in seconds. */
  readonly maxAge: number | undefined;
}

/** @returns `undefined`: there is none, it is past its life, or somebody has decided */
export async function findDeviceRequest(
  { database, sites, clock }: Pick<Hub, "database" | "sites" | "clock">,
  typed: string,
): Promise<DeviceRequest | undefined> {
  // Japanese and Chinese keyboards type full-width letters; NFKC converts them to ASCII.
  const userCode = typed
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, "");
  const found = await database.oidcArtifacts.findByUserCode(userCode);
  if (found === null || found.consumedAt !== null) return undefined;
  const { clientId, params, accountId, error } = found.payload;
  const site = sites.find(String(clientId));
  const isOpen = accountId === undefined && error === undefined && deviceCodeLife(found, clock) > 0;
  if (!isOpen || site?.oidc?.grants.includes("device_code") !== true) return undefined;
  const { scope, resource, max_age: maxAge } = (params ?? {}) as Record<string, unknown>;
  const scopes = String(scope ?? "")
    .split(" ")
    .filter(Boolean);
  return {
    id: found.id,
    code: `${userCode.slice(0, 4)}-${userCode.slice(4)}`,
    site,
    scopes,
    resources: [resource ?? []].flat().map(String),
    maxAge: maxAge === undefined ? undefined : Number(maxAge),
  };
}

/** Asks for every requested scope, whatever was allowed elsewhere: this is another device. */
export function askedByDevice(
  hub: Pick<Hub, "settings" | "sites">,
  session: CentralSession,
  { site, scopes, resources }: DeviceRequest,
): Asked {
  return {
    clientId: site.id,
    grantId: session.oidcClients[site.id]?.grantId,
    claims: [],
    ...requestedScopes(hub, site.id, scopes, resources),
  };
}

/** @see OpenID Connect Core 1.0, section 3.1.2.1 (max_age) */
export function isProofTooOld(
  { clock }: Pick<Hub, "clock">,
  { authenticatedAt }: CentralSession,
  { maxAge }: DeviceRequest,
): boolean {
  return maxAge !== undefined && clock().getTime() - authenticatedAt.getTime() > maxAge * 1000;
}
