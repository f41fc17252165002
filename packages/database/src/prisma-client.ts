import { PrismaPg } from "@prisma/adapter-pg";
import { codeOf } from "./database-error.ts";
import { Prisma, PrismaClient } from "./generated/client.ts";
import type { Pool } from "./postgres-connection.ts";

// The only file that imports Prisma's adapter and the generated client.

export type { AuditEvent as AuditEventRow, Mail as MailRow, PrismaClient } from "./generated/client.ts";

/** Prisma inside a transaction. */
export type PrismaTransaction = Prisma.TransactionClient;
/** A statement whose values are parameters, never text. */
export type Sql = Prisma.Sql;
export const sql = Prisma.sql;
/** Text of a statement. Never from input. */
export const sqlText = Prisma.raw;

/** Prisma on the shared pool, so that its limit of connections holds. */
export function openPrisma(pool: Pool): PrismaClient {
  return new PrismaClient({
    adapter: new PrismaPg(pool),
    transactionOptions: { maxWait: 10_000, timeout: 10_000 },
  });
}

/** @see https://www.prisma.io/docs/orm/reference/error-reference#p2002 */
export function isUniqueViolation(error: unknown): boolean {
  return codeOf(error) === "P2002";
}
