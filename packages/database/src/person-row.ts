import type { Person } from "./central-session-store.ts";

/** Columns of a user that make a `Person`, for Prisma. */
export const personColumns = {
  id: true,
  username: true,
  name: true,
  email: true,
  emailVerified: true,
  image: true,
  operator: true,
  groups: true,
  disabledAt: true,
  deletionDueAt: true,
  knownBrowsersVersion: true,
} as const;

/** The same columns of a user `u`, for SQL. */
export const personSelection = `
  u.id, u.username, u.name, u.email, u.email_verified AS "emailVerified", u.image, u.operator, u.groups,
  u.disabled_at AS "disabledAt", u.deletion_due_at AS "deletionDueAt",
  u.known_browsers_version AS "knownBrowsersVersion"`;

/** A user as Prisma and our own statements return it. */
export interface PersonRow {
  readonly id: string;
  readonly username: string;
  readonly name: string | null;
  readonly email: string;
  readonly emailVerified: Date | null;
  readonly image: string | null;
  readonly operator: boolean;
  readonly groups: readonly string[];
  readonly disabledAt: Date | null;
  readonly deletionDueAt: Date | null;
  readonly knownBrowsersVersion: number;
}

export function personFrom(row: PersonRow): Person {
  return {
    id: row.id,
    username: row.username,
    name: row.name ?? row.username,
    email: row.email,
    emailVerified: row.emailVerified !== null,
    picture: pictureFrom(row.image),
    operator: row.operator,
    groups: row.groups,
    disabled: row.disabledAt !== null,
    deletionDueAt: row.deletionDueAt,
    knownBrowsersVersion: row.knownBrowsersVersion,
  };
}

/** `users.image` of Auth.js holds the hash of an uploaded picture. Addresses of pictures elsewhere are not used. */
function pictureFrom(image: string | null): string | null {
  return image !== null && /^[0-9a-f]{64}$/.test(image) ? image : null;
}
