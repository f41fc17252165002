import { createHash } from "node:crypto";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { createEmptyDatabase, type DatabaseFixture, openDatabaseFixture } from "./database-fixture.ts";
import { type MigrationFile, migrate, migrationsDirectory, readMigrations } from "./migrate.ts";
import { connectOnce, type PostgresAddress, type PostgresClient } from "./postgres-connection.ts";

let fixture: DatabaseFixture;
let address: PostgresAddress;
const clients: PostgresClient[] = [];

beforeAll(async () => {
  fixture = await openDatabaseFixture();
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.end()));
  await fixture.close();
});
beforeEach(async () => {
  address = await createEmptyDatabase(fixture);
});

async function connect(): Promise<PostgresClient> {
  const client = await connectOnce(address);
  clients.push(client);
  return client;
}

function migration(name: string, sql: string): MigrationFile {
  return { name, sql, checksum: createHash("sha256").update(sql).digest("hex") };
}

const first = migration("1_first", "CREATE TABLE one (id int)");
const second = migration("2_second", "CREATE TABLE two (id int)");

test("missing migrations are applied once, in order", async () => {
  const client = await connect();
  expect(await migrate(client, [first])).toEqual(["1_first"]);
  expect(await migrate(client, [first, second])).toEqual(["2_second"]);
  expect(await migrate(client, [first, second])).toEqual([]);
});

test("four processes at once apply each migration once", async () => {
  const [one, two, three, four] = [await connect(), await connect(), await connect(), await connect()];
  const applied = await Promise.all([one, two, three, four].map((client) => migrate(client)));
  const names = (await readMigrations()).map(({ name }) => name);
  expect(applied.flat().sort()).toEqual(names);
});

test("records each migration as Prisma's CLI does: name, SHA-256 of the file, one step, finished", async () => {
  const client = await connect();
  await migrate(client);
  const { rows } = await client.query("SELECT * FROM _prisma_migrations");
  const [file] = await readMigrations(migrationsDirectory);
  expect(rows[0]).toMatchObject({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    checksum: file?.checksum,
    migration_name: file?.name,
    finished_at: expect.any(Date),
    rolled_back_at: null,
    applied_steps_count: 1,
  });
});

test("a migration that was changed after it was applied is refused", async () => {
  const client = await connect();
  await migrate(client, [first]);
  const changed = migration(first.name, "CREATE TABLE one (id bigint)");
  await expect(migrate(client, [changed])).rejects.toMatchObject({ code: "migration-changed" });
});

test("an unfinished migration is refused, and accepted after it was marked as rolled back", async () => {
  const client = await connect();
  await migrate(client, [first]);
  await client.query("UPDATE _prisma_migrations SET finished_at = NULL");
  await expect(migrate(client, [first])).rejects.toMatchObject({ code: "migration-half-applied" });
  await client.query("DROP TABLE one; UPDATE _prisma_migrations SET rolled_back_at = now()");
  expect(await migrate(client, [first])).toEqual(["1_first"]);
});

test("a database of a newer hub is refused", async () => {
  const client = await connect();
  await migrate(client, [first, second]);
  await expect(migrate(client, [first])).rejects.toMatchObject({ code: "migration-unknown" });
});

test("a failed migration is rolled back, and the lock is released", async () => {
  const client = await connect();
  const broken = migration("2_broken", "CREATE TABLE two (id int); SELECT nothing_like_that()");
  const failed = migrate(client, [first, broken]);
  await expect(failed).rejects.toMatchObject({
    code: "migration-failed",
    message: expect.stringContaining("2_broken"),
  });
  expect((await client.query("SELECT to_regclass('two') AS two")).rows).toEqual([{ two: null }]);
  expect(await migrate(await connect(), [first, second])).toEqual(["2_second"]);
});
