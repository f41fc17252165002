import { PrismaPg } from "@prisma/adapter-pg";
import { codeOf } from "./database-error.ts";
import { PrismaClient } from "./generated/client.ts";
import type { Pool } from "./postgres-connection.ts";

// The only file that imports Prisma's adapter and the generated client.

export type { PrismaClient } from "./generated/client.ts";

/** Prisma on the shared pool, so that its limit of connections holds. */
export function openPrisma(pool: Pool): PrismaClient {
  return new PrismaClient({ adapter: new PrismaPg(pool) });
}

/** @see https://www.prisma.io/docs/orm/reference/error-reference#p2002 */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === "P2002";
}
