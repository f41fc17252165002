import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Database } from "./database.ts";
import { readPrismaSchema, type WantedTable } from "./prisma-schema.ts";
import { openTrialDatabase, type TrialDatabase } from "./trial-database.ts";

const wanted = readPrismaSchema(fileURLToPath(new URL("../prisma/schema.prisma", import.meta.url)));

let trial: TrialDatabase;
beforeAll(async () => {
  trial = await openTrialDatabase();
});
afterAll(() => trial.close());

const selectColumns = `
  SELECT table_name, column_name, udt_name
    || CASE WHEN udt_name = 'timestamptz' THEN '(' || datetime_precision || ')' ELSE '' END
    || coalesce('(' || character_maximum_length || ')', '')
    || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
    || CASE WHEN column_default IS NOT NULL THEN ' default' ELSE '' END AS described
  FROM information_schema.columns WHERE table_schema = 'public'`;

/** Partial indexes are the migrations' alone: Prisma has no words for them. */
const selectKeys = `
  SELECT t.relname AS table_name, i.relname AS key_name,
    CASE WHEN x.indisprimary THEN 'primary' WHEN x.indisunique THEN 'unique' ELSE 'index' END || ' ' || (
      SELECT string_agg(pg_get_indexdef(x.indexrelid, n, true), ',' ORDER BY n)
      FROM generate_series(1, x.indnatts) n
    ) AS described
  FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
  WHERE t.relnamespace = 'public'::regnamespace AND x.indpred IS NULL
  UNION ALL
  SELECT conrelid::regclass::text, conname, 'cascade from ' || confrelid::regclass
  FROM pg_constraint WHERE contype = 'f' AND confdeltype = 'c'`;

async function readTables({ pool }: Database): Promise<Map<string, WantedTable>> {
  const tables = new Map<string, { columns: Record<string, string>; keys: Record<string, string> }>();
  const columns = await pool.query(selectColumns);
  const keys = await pool.query(selectKeys);
  const tableOf = (name: string) => {
    const table = tables.get(name) ?? { columns: {}, keys: {} };
    tables.set(name, table);
    return table;
  };
  for (const row of columns.rows) tableOf(row.table_name).columns[row.column_name] = row.described;
  for (const row of keys.rows) tableOf(row.table_name).keys[row.key_name] = row.described;
  tables.delete("_prisma_migrations");
  return tables;
}

test("migrations make the tables that schema.prisma describes, and no others", async () => {
  const made = await readTables(trial.database);
  expect(wanted.size).toBe(15);
  expect([...made.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, table] of wanted) {
    expect({ name, ...made.get(name) }).toEqual({ name, ...table });
  }
});

test("Prisma reads every table through its own names", async () => {
  const { prisma } = trial.database;
  const counts = await Promise.all([
    prisma.user.findMany(),
    prisma.account.findMany(),
    prisma.session.findMany(),
    prisma.verificationToken.findMany(),
    prisma.passwordCredential.findMany(),
    prisma.serviceTicket.findMany(),
    prisma.proxyGrantingTicket.findMany(),
    prisma.siteSession.findMany(),
    prisma.logoutDelivery.findMany(),
    prisma.spentLoginTicket.findMany(),
    prisma.rateLimit.findMany(),
    prisma.oidcArtifact.findMany(),
    prisma.signingKey.findMany(),
    prisma.consent.findMany(),
    prisma.appPassword.findMany(),
  ]);
  expect(counts.flat()).toEqual([]);
});

test("the hub's clock is a stable function of the statement's time", async () => {
  const { rows } = await trial.database.pool.query(
    "SELECT provolatile, prosrc FROM pg_proc WHERE proname = 'hub_now'",
  );
  expect(rows).toEqual([{ provolatile: "s", prosrc: " SELECT statement_timestamp() " }]);
});
