import { readFileSync } from "node:fs";
import { getDMMF } from "@prisma/get-dmmf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";
import { openPrisma } from "./prisma-client.ts";

/** A table in PostgreSQL's terms. */
interface Table {
  /** Type, `not null` and `default`, by column name. */
  readonly columns: Readonly<Record<string, string>>;
  /** Indexes and cascading foreign keys, by name. */
  readonly keys: Readonly<Record<string, string>>;
}

let fixture: DatabaseFixture;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(() => fixture.close());

const selectColumns = `
  SELECT table_name, column_name, udt_name
    || CASE WHEN udt_name = 'timestamptz' THEN '(' || datetime_precision || ')' ELSE '' END
    || coalesce('(' || character_maximum_length || ')', '')
    || CASE WHEN is_nullable = 'NO' THEN ' not null' ELSE '' END
    || CASE WHEN column_default IS NOT NULL THEN ' default' ELSE '' END AS described
  FROM information_schema.columns WHERE table_schema = 'public'`;

/** Without partial indexes, which Prisma's schema cannot describe. */
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

async function readTables({ pool }: DatabaseFixture): Promise<Map<string, Table>> {
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

const postgresTypes: Readonly<Record<string, string>> = {
  String: "text",
  Boolean: "bool",
  Int: "int4",
  BigInt: "int8",
  Json: "jsonb",
  Bytes: "bytea",
};

const indexNames = {
  id: ["pkey", "primary"],
  unique: ["key", "unique"],
  normal: ["idx", "index"],
  fulltext: ["idx", "fulltext"],
} as const;

/** Tables that `schema.prisma` describes. */
function describeSchema(): Map<string, Table> {
  const schema = readFileSync(new URL("../prisma/schema.prisma", import.meta.url), "utf8");
  const description = getDMMF({ datamodel: schema });
  if ("reason" in description) throw new Error(description.reason);
  const { models, indexes } = description.datamodel;
  return new Map(
    models.map(({ name, dbName, fields }) => {
      const table = dbName ?? name;
      const columnsOf = (names: readonly string[] = []) =>
        names.map((one) => fields.find((field) => field.name === one)?.dbName ?? one);
      const columns = fields
        .filter(({ kind }) => kind === "scalar")
        .map((field) => {
          const [native, size] = field.nativeType ?? [];
          const type =
            (field.isList ? "_" : "") +
            (native?.toLowerCase() ?? postgresTypes[field.type]) +
            (size?.length ? `(${size})` : "");
          const notNull = field.isRequired ? " not null" : "";
          return [field.dbName ?? field.name, type + notNull + (field.hasDefaultValue ? " default" : "")];
        });
      const keys = indexes
        .filter(({ model }) => model === name)
        .map(({ type, fields }) => {
          const on = columnsOf(fields.map((field) => field.name));
          const [ending, word] = indexNames[type];
          return [[table, ...(type === "id" ? [] : on), ending].join("_"), `${word} ${on}`];
        });
      const foreignKeys = fields
        .filter(({ relationOnDelete }) => relationOnDelete === "Cascade")
        .map(({ relationFromFields, type }) => {
          const target = models.find((model) => model.name === type);
          return [
            [table, ...columnsOf(relationFromFields), "fkey"].join("_"),
            `cascade from ${target?.dbName}`,
          ];
        });
      return [
        table,
        { columns: Object.fromEntries(columns), keys: Object.fromEntries([...keys, ...foreignKeys]) },
      ];
    }),
  );
}

test("migrations create exactly the tables of schema.prisma", async () => {
  const [made, wanted] = [await readTables(fixture), describeSchema()];
  expect(wanted.size).toBe(23);
  expect([...made.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [name, table] of wanted) {
    expect({ name, ...made.get(name) }).toEqual({ name, ...table });
  }
});

test("Prisma reads every table", async () => {
  const prisma = openPrisma(fixture.pool);
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
    prisma.attemptCounter.findMany(),
    prisma.rateLimit.findMany(),
    prisma.oidcArtifact.findMany(),
    prisma.signingKey.findMany(),
    prisma.consent.findMany(),
    prisma.appPassword.findMany(),
    prisma.passkey.findMany(),
    prisma.totpFactor.findMany(),
    prisma.recoveryCode.findMany(),
    prisma.pendingSignIn.findMany(),
    prisma.profilePicture.findMany(),
    prisma.mail.findMany(),
    prisma.auditEvent.findMany(),
  ]);
  expect(counts.flat()).toEqual([]);
});

test("hub_now() is a STABLE function of the statement's time", async () => {
  const { rows } = await fixture.pool.query(
    "SELECT provolatile, prosrc FROM pg_proc WHERE proname = 'hub_now'",
  );
  expect(rows).toEqual([{ provolatile: "s", prosrc: " SELECT statement_timestamp() " }]);
});
