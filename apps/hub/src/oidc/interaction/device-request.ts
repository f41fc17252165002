/** Requests of devices, found by the code that the device shows. */
import type { CentralSession, OidcArtifactStore } from "@gatehouse/database";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { ScopeNeeds } from "../scope/claim-scopes.ts";
import { type Registrations, requestedScopes, type ScopeRequest } from "../scope/consent.ts";
import { deviceCodeLife } from "../store/adapter.ts";
import { type DemandedAcr, demandedAcr, isTooWeak } from "./demanded-acr.ts";

export interface DeviceRequestNeeds extends ScopeNeeds {
  readonly oidcArtifacts: Pick<OidcArtifactStore, "findByUserCode">;
  readonly clock: () => Date;
}

export interface DeviceRequest {
  /** Id of the stored device code. */
  readonly id: string;
  /** The code as the device shows it. */
  readonly code: string;
  readonly site: RegisteredSite;
  readonly scopes: readonly string[];
  readonly resources: readonly string[];
  /** Maximum age of the sign-in, in seconds. */
  readonly maxAge: number | undefined;
  readonly demanded: DemandedAcr | null;
}

/** @returns `undefined`: no such code, expired, or already decided */
export async function findDeviceRequest(
  { oidcArtifacts, sites, clock }: DeviceRequestNeeds,
  typed: string,
): Promise<DeviceRequest | undefined> {
  // Japanese and Chinese keyboards type full-width letters; NFKC converts them to ASCII.
  const userCode = typed
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, "");
  const found = await oidcArtifacts.findByUserCode(userCode);
  if (found === null || found.consumedAt !== null) return undefined;
  const { clientId, params, accountId, error } = found.payload;
  const site = sites.find(String(clientId));
  const isOpen = accountId === undefined && error === undefined && deviceCodeLife(found, clock) > 0;
  if (!isOpen || site?.oidc?.grants.includes("device_code") !== true) return undefined;
  const { claims, scope, resource, max_age: maxAge } = (params ?? {}) as Record<string, unknown>;
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
    demanded: demandedAcr({ claim: acrClaimOf(claims), requires: site.requires }),
  };
}

/** The question about all requested scopes; earlier answers do not count, because this is another device. */
export function askedByDevice(
  registrations: Registrations,
  session: CentralSession,
  { site, scopes, resources }: DeviceRequest,
): ScopeRequest {
  return {
    clientId: site.id,
    grantId: session.oidcClients[site.id]?.grantId,
    claims: [],
    ...requestedScopes(registrations, site.id, scopes, resources),
  };
}

/** @see OpenID Connect Core 1.0, section 3.1.2.1 (max_age) */
export function isProofTooOld(
  { clock }: Pick<DeviceRequestNeeds, "clock">,
  { authenticatedAt }: CentralSession,
  { maxAge }: DeviceRequest,
): boolean {
  return maxAge !== undefined && clock().getTime() - authenticatedAt.getTime() > maxAge * 1000;
}

/** Whether the session is too weak for what the device or the registration demands without fail. */
export function isTooWeakForDevice({ amr }: CentralSession, { demanded }: DeviceRequest): boolean {
  return demanded?.essential === true && isTooWeak(amr, demanded);
}

/** The claim `acr` of a request for claims, which oidc-provider has checked to be JSON. */
function acrClaimOf(claims: unknown): unknown {
  const parsed = typeof claims === "string" ? JSON.parse(claims) : claims;
  return (parsed as { id_token?: { acr?: unknown } } | undefined)?.id_token?.acr;
}
