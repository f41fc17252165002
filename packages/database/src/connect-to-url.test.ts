import { createServer } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connectToUrl } from "./connect-to-url.ts";
import { DatabaseError } from "./database-error.ts";
import { type DatabaseFixture, openDatabaseFixture, testSessionLife } from "./database-fixture.ts";
import { dataFolder, readPassword } from "./embedded/data-folder.ts";
import { openDatabase } from "./open-database.ts";

let fixture: DatabaseFixture;
let port: number;
let password: string;
beforeAll(async () => {
  fixture = await openDatabaseFixture();
  port = fixture.pool.options.port ?? 0;
  password = await readPassword(dataFolder(fixture.dataDirectory));
});
afterAll(() => fixture.close());

async function refusalOf(url: string): Promise<DatabaseError> {
  try {
    await (await connectToUrl(url, 500)).end();
  } catch (error) {
    if (error instanceof DatabaseError) return error;
    throw error;
  }
  throw new Error("it was accepted");
}

/** A server that sends these bytes, or none, to every connection and closes it. */
async function listenWith(greeting: string): Promise<{ port: number; close: () => void }> {
  const server = createServer((socket) => socket.on("error", () => undefined).end(greeting));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return { port: typeof address === "object" ? (address?.port ?? 0) : 0, close: () => server.close() };
}

test("a valid URL opens a connection", async () => {
  const url = `postgres://gatehouse:${password}@127.0.0.1:${port}/postgres`;
  const database = await openDatabase({ ...testSessionLife, url, dataDirectory: "/nowhere" });
  expect(await database.isReady()).toBe(true);
  await database.close();
  expect(await fixture.database.isReady()).toBe(true);
});

test.each([
  ["not a URL", "gatehouse", "url-invalid"],
  ["another database", "mysql://u:hunter2@127.0.0.1/db", "url-invalid"],
  ["nobody listens", "postgres://u:hunter2@127.0.0.1:1/db", "unreachable"],
  ["no such host", "postgres://u:hunter2@no-such-host.invalid/db", "unreachable"],
])("%s: one sentence, a fix, no password", async (_title, url, code) => {
  const refusal = await refusalOf(url);
  expect(refusal.code).toBe(code);
  expect(`${refusal.message} ${refusal.fix}`).not.toContain("hunter2");
  expect(refusal.message).toMatch(/^[^\n]+\.$/);
});

test("a wrong password and an unknown user get the same error", async () => {
  const wrong = await refusalOf(`postgres://gatehouse:hunter2@127.0.0.1:${port}/postgres`);
  const unknown = await refusalOf(`postgres://nobody:hunter2@127.0.0.1:${port}/postgres`);
  const without = await refusalOf(`postgres://gatehouse@127.0.0.1:${port}/postgres`);
  expect([wrong.code, unknown.code, without.code]).toEqual(Array(3).fill("access-refused"));
  expect(wrong.message).toBe(unknown.message);
  expect(wrong.message).not.toContain("hunter2");
});

test("a database that does not exist is named", async () => {
  const refusal = await refusalOf(`postgres://gatehouse:${password}@127.0.0.1:${port}/nothing_here`);
  expect(refusal).toMatchObject({
    code: "no-such-database",
    message: expect.stringContaining("nothing_here"),
  });
  expect(refusal.message).not.toContain(password);
});

test("a program that is not PostgreSQL, or that closes the connection, is refused at once", async () => {
  const silent = await listenWith("");
  const web = await listenWith("HTTP/1.1 400 Bad Request\r\n\r\n");
  expect((await refusalOf(`postgres://u:p@127.0.0.1:${silent.port}/db`)).code).toBe("unreachable");
  expect(["unreachable", "unusable"]).toContain(
    (await refusalOf(`postgres://u:p@127.0.0.1:${web.port}/db`)).code,
  );
  silent.close();
  web.close();
});

test("a role that may not create tables gets an error that says so", async () => {
  await fixture.pool.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  await fixture.pool.query("CREATE DATABASE closed");
  const url = `postgres://guest:guest@127.0.0.1:${port}/closed`;
  const opened = openDatabase({ ...testSessionLife, url, dataDirectory: "/nowhere" });
  await expect(opened).rejects.toMatchObject({
    code: "unusable",
    message: expect.stringContaining("may not"),
  });
});
