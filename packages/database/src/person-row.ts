import type { Person } from "./central-session-store.ts";

/** Columns of a user that make a `Person`, for Prisma. */
export const personColumns = {
  id: true,
  username: true,
  name: true,
  email: true,
  operator: true,
  groups: true,
  disabledAt: true,
} as const;

/** A user as Prisma and our own statements return it. */
export interface PersonRow {
  readonly id: string;
  readonly username: string;
  readonly name: string | null;
  readonly email: string;
  readonly operator: boolean;
  readonly groups: readonly string[];
  readonly disabledAt: Date | null;
}

export function personFrom(row: PersonRow): Person {
  return {
    id: row.id,
    username: row.username,
    name: row.name ?? row.username,
    email: row.email,
    operator: row.operator,
    groups: row.groups,
    disabled: row.disabledAt !== null,
  };
}
