import { DatabaseError } from "@gatehouse/database";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub, type TestPerson } from "../test-hub.ts";
import { type DatabaseProxy, openDatabaseProxy } from "../test-support/database-proxy.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { databaseOutage } from "./database-outage.ts";

const coded = (code: string, message = "x") => Object.assign(new Error(message), { code });

test.each<[string, unknown]>([
  ["nobody listens", coded("ECONNREFUSED")],
  [
    "nobody listens on any address of the name",
    Object.assign(new AggregateError([]), { code: "ECONNREFUSED" }),
  ],
  ["the server stops", coded("57P01", "terminating connection due to administrator command")],
  ["the server starts up", coded("57P03", "the database system is starting up")],
  ["too many connections", coded("53300")],
  ["the disk is full", coded("53100")],
  ["the connection broke", new Error("Connection terminated unexpectedly")],
  ["nobody answers", new Error("timeout exceeded when trying to connect")],
  ["Prisma cannot reach it", coded("P1001")],
  ["Prisma got no transaction in time", coded("P2028")],
  ["Prisma says that the connection broke", new Error("\nInvalid call:\n\n\nConnection terminated")],
  ["Prisma wraps what the store says", coded("unreachable", "\nInvalid call:\n\n\nIt does not answer.")],
  ["it is a cause", new Error("limiter failed", { cause: coded("ECONNRESET") })],
  ["the store says so", new DatabaseError("unreachable", "No PostgreSQL answers.", "Start it.")],
])("an outage: %s", (_, error) => {
  expect(databaseOutage(error)).toMatch(/./);
});

test.each<[string, unknown]>([
  ["a wrong statement", coded("42601", "syntax error")],
  ["a row that is there already", coded("23505")],
  ["the same by Prisma", coded("P2002")],
  ["an error of ours", new TypeError("x is not a function")],
  ["words about a connection in somebody's text", new Error("bad name: Connection terminated")],
  ["no error", "ECONNREFUSED"],
])("no outage: %s", (_, error) => {
  expect(databaseOutage(error)).toBeUndefined();
});

describe("the database stops while the hub runs", () => {
  let line: DatabaseProxy;
  let opened: TestHub;
  let alice: TestPerson;
  let browser: TestBrowser;
  beforeAll(async () => {
    line = await openDatabaseProxy(await createTestDatabase());
    opened = await openTestHub({ environment: { DATABASE_URL: line.url, LOGIN_THROTTLE: "on" } });
    alice = await opened.createPerson();
  });
  beforeEach(async () => {
    browser = new TestBrowser(opened);
    await browser.signIn(alice);
  });
  afterAll(async () => {
    await opened.close();
    await line.close();
  });

  async function duringOutage<Result>(look: () => Promise<Result>): Promise<Result> {
    await line.cut();
    try {
      return await look();
    } finally {
      await line.mend();
    }
  }

  test("pages say when to try again; the session is valid afterwards", async () => {
    const cookies = [...browser.cookies];
    const answers = await duringOutage(async () => [
      await browser.get("/account"),
      await browser.get("/"),
      await browser.get(`/cas/login?${new URLSearchParams({ service: opened.shop.service })}`),
    ]);
    for (const answer of answers) {
      expect([answer.status, answer.screen("refused").code]).toEqual([503, "database_unavailable"]);
      expect(answer.screen("refused").title).toBe("Please try again in a moment");
      expect(answer.headers["retry-after"]).toBe("5");
    }
    expect([...browser.cookies]).toEqual(cookies);
    expect((await browser.get("/account")).status).toBe(200);
  });

  test("a sign-in during the outage gets the same page", async () => {
    const stranger = new TestBrowser(opened);
    const form = await stranger.get("/cas/login");
    const { username, password } = alice;
    const fields = { ...stranger.hiddenFields(form), username, password };
    const answer = await duringOutage(() => stranger.post("/cas/login", fields));
    expect([answer.status, answer.screen("refused").code]).toEqual([503, "database_unavailable"]);
  });

  test("programs get JSON", async () => {
    const headers = { authorization: opened.shop.authorization, "content-type": "application/json" };
    const body = JSON.stringify({ sessionIndex: `ST-${"a".repeat(29)}`, active: true });
    const answer = await duringOutage(() => browser.send("POST", "/sites/v1/sessions/check", headers, body));
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.body)).toMatchObject({ error: "database_unavailable" });
    expect(answer.headers["retry-after"]).toBe("5");
  });

  test("the process is alive and takes no traffic; the log has a reason and no stack trace", async () => {
    const [alive, ready] = await duringOutage(async () => [
      await browser.get("/healthz"),
      await browser.get("/readyz"),
    ]);
    expect([alive?.status, ready?.status]).toEqual([200, 503]);
    const logged = opened.lines.filter((entry) => entry.includes('"database.unavailable"'));
    expect(logged.length).toBeGreaterThan(0);
    for (const entry of logged) expect(entry).not.toContain("stack");
    expect((await browser.get("/readyz")).status).toBe(200);
  });
});
