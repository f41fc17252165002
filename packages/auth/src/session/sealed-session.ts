import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";

/** The user that the hub identified in a sign-in. */
export interface IdentifiedUser {
  /** Stable for the life of the account; sites store records under it. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  readonly groups: readonly string[];
  /** The hub's name of this sign-in, used by session checks and logout requests. */
  readonly sessionIndex: string;
  /** Time of the last authentication, in seconds by this machine's clock; null when the hub does not say. */
  readonly authenticatedAt: number | null;
}

/** The user data in the sealed session cookie. */
export interface SealedSession extends Omit<IdentifiedUser, "groups"> {
  /** Null: too many for the cookie; the session check asks the hub. */
  readonly groups: readonly string[] | null;
  /** Expiry of the cookie, in seconds. */
  readonly expires: number;
}

/**
 * Maximum size of the JSON in a session cookie, in bytes. The cookie then has at most 3 kB: one cookie (browsers refuse more
 * than 4096 characters), and with six pending sign-ins less than the 8 kB that proxies accept in one header line, with room
 * for the site's own cookies.
 */
const maxSealedBytes = 2_000;

/**
 * The user data for the cookie, without groups if there are too many.
 *
 * @throws {GatehouseAuthError} `profile_too_large`: name and address alone are too long
 */
export function sealable(user: IdentifiedUser): Omit<SealedSession, "expires"> {
  const fits = (payload: object) => Buffer.byteLength(JSON.stringify(payload)) <= maxSealedBytes;
  if (fits(user)) return user;
  const withoutGroups = { ...user, groups: null };
  if (fits(withoutGroups)) return withoutGroups;
  throw new GatehouseAuthError("profile_too_large");
}

/** Reads an opened cookie; null without an id, a session index or an expiry. */
export function parseSealedSession(payload: Record<string, unknown> | null): SealedSession | null {
  const { id, username, name, email, groups, sessionIndex, authenticatedAt: at, exp } = payload ?? {};
  const text = (value: unknown): value is string => typeof value === "string" && value !== "";
  if (!text(id) || !text(username) || !text(name) || !text(sessionIndex)) return null;
  if (typeof exp !== "number") return null;
  return {
    id,
    username,
    name,
    email: text(email) ? email : null,
    groups: groups === null ? null : readGroups(groups),
    sessionIndex,
    authenticatedAt: typeof at === "number" ? at : null,
    expires: exp,
  };
}

/** A list of group names; empty for everything else, so that malformed data grants no membership. */
export function readGroups(groups: unknown): readonly string[] {
  return Array.isArray(groups) && groups.every((group) => typeof group === "string") ? groups : [];
}
