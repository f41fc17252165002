import { errors, type JWTPayload, jwtVerify } from "jose";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Acr } from "../session/acr.ts";
import { type IdentifiedUser, readGroups } from "../session/sealed-session.ts";
import type { TokenIssuer } from "./hub-issuer.ts";

/** Accepted signature algorithms, whatever the token's header says. */
export const algorithms: string[] = ["ES256", "RS256"];
/** Allowed difference between the clocks of site and hub, in seconds. */
export const toleranceSeconds = 60;

/**
 * Verifies an ID token and reads its user. next-auth checks the nonce, but leaves the signature to TLS, which a hub in a
 * private network may not have.
 *
 * @param now the clock, in milliseconds
 * @throws {GatehouseAuthError} when it is not from the hub, not for this site, expired, or lacks claims
 * @see OpenID Connect Core 1.0, section 3.1.3.7
 */
export async function readIdToken(
  token: string,
  {
    hub,
    siteId,
    now,
  }: {
    readonly hub: TokenIssuer;
    readonly siteId: string;
    readonly now: () => number;
  },
): Promise<IdentifiedUser> {
  const { payload } = await jwtVerify(token, hub.keys, {
    issuer: hub.issuer,
    audience: siteId,
    algorithms,
    clockTolerance: toleranceSeconds,
    currentDate: new Date(now()),
    requiredClaims: ["iat", "exp", "sub"],
  }).catch(refuse);
  return readUser(payload, now());
}

/** The `claims` parameter. Core 1.0, section 5.5 */
interface ClaimsRequest {
  readonly id_token: Readonly<Record<string, null | { readonly essential: true; readonly value?: string }>>;
}

/** Claims requested in the ID token, so that no second request is needed. */
export const claims: ClaimsRequest = {
  id_token: {
    name: null,
    preferred_username: null,
    email: null,
    groups: null,
    auth_time: { essential: true },
  },
};

/** The same claims from a sign-in of this strength at least; the hub refuses a weaker one. Core 1.0, section 5.5.1.1 */
export function claimsWithAcr(acr: Acr): ClaimsRequest {
  return { id_token: { ...claims.id_token, acr: { essential: true, value: acr } } };
}

function readUser(payload: JWTPayload, now: number): IdentifiedUser {
  const text = (name: string) => {
    const value = payload[name];
    return typeof value === "string" && value !== "" ? value : null;
  };
  const [id, sessionIndex, username] = [text("sub"), text("sid"), text("preferred_username")];
  if (id === null) throw new GatehouseAuthError("person_id_missing");
  if (sessionIndex === null) throw new GatehouseAuthError("session_id_missing");
  if (username === null) throw new GatehouseAuthError("profile_missing");
  const { iat = 0, auth_time: at } = payload;
  return {
    id,
    username,
    name: text("name") ?? username,
    email: text("email"),
    groups: readGroups(payload.groups),
    sessionIndex,
    // Both times are by the hub's clock, so a difference between the clocks does not change the age.
    authenticatedAt: typeof at === "number" ? Math.floor(now / 1000) - Math.max(0, iat - at) : null,
  };
}

function refuse(cause: unknown): never {
  if (cause instanceof GatehouseAuthError) throw cause;
  if (cause instanceof errors.JWTExpired)
    throw new GatehouseAuthError("clock_skew", "The hub's ID token has expired already.", { cause });
  if (cause instanceof errors.JOSEError) throw new GatehouseAuthError("id_token_refused", "", { cause });
  throw new GatehouseAuthError("internal", "", { cause });
}
