/** The hub with PgBouncer before its database. */

import { openDatabase } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "./test-hub.ts";
import { findPgBouncer, openPgBouncer, type PgBouncer } from "./test-support/pgbouncer.ts";
import { runCommand } from "./test-support/run-command.ts";
import { suiteEnvironment, suiteRegistration, suiteSite } from "./test-support/suite-site.ts";

const program = findPgBouncer();
const life = { dataDirectory: "", idleSeconds: 1800, maxSeconds: 86_400 };

/** An empty database: the hub brings its tables through the pooler. */
async function createEmptyDatabase(name: string): Promise<string> {
  const server = await openDatabase({ ...life, url: inject("postgresUrl") });
  await poolOf(server).query(`CREATE DATABASE ${name}`);
  await server.close();
  return new URL(`/${name}`, inject("postgresUrl")).href;
}

describe.skipIf(program === undefined).each(["session", "transaction"] as const)(
  "in %s pooling",
  (poolMode) => {
    let direct: string;
    let bouncer: PgBouncer;
    let opened: TestHub;
    beforeAll(async () => {
      direct = await createEmptyDatabase(`pooled_by_${poolMode}`);
      bouncer = await openPgBouncer(program ?? "", direct, poolMode);
      opened = await openTestHub({
        environment: { DATABASE_URL: bouncer.url, LOGIN_THROTTLE: "on", ...suiteEnvironment },
        sites: () => ({ suite: suiteRegistration("suite") }),
      });
    });
    afterAll(async () => {
      await opened?.close();
      await bouncer?.close();
    });

    async function signInEverywhere(): Promise<void> {
      const person = await opened.createPerson();
      const browser = new TestBrowser(opened);
      const { service } = opened.shop;
      const query = `?${new URLSearchParams({ service })}`;
      const { location } = await browser.signIn(person, query);
      const ticket = new URL(location).searchParams.get("ticket") ?? "";
      const validation = await browser.get(`/cas/serviceValidate${query}&ticket=${ticket}`);
      expect(validation.body).toContain(`<cas:user>${person.username}</cas:user>`);
      const site = suiteSite(opened, "suite");
      expect((await site.round(browser, person)).claims.sub).toBeTypeOf("string");
      expect((await browser.get("/account")).status).toBe(200);
    }

    test("many concurrent users sign in by both protocols without a failure", async () => {
      await Promise.all(Array.from({ length: 12 }, signInEverywhere));
      expect(opened.lines.filter((line) => /"level":(50|60)/.test(line))).toEqual([]);
    });

    test("a wrong password is counted", async () => {
      const person = await opened.createPerson();
      for (let tries = 0; tries < 4; tries += 1)
        await new TestBrowser(opened).signIn({ ...person, password: "wrong" }).catch(() => undefined);
      const database = await openDatabase({ ...life, url: direct });
      const { rows } = await poolOf(database).query("SELECT max(attempts) AS attempts FROM attempt_counters");
      await database.close();
      expect(rows[0].attempts).toBeGreaterThanOrEqual(4);
    });

    test("no lock outlives the start", async () => {
      const database = await openDatabase({ ...life, url: direct });
      const { rows } = await poolOf(database).query(
        `SELECT locktype FROM pg_locks WHERE locktype = 'advisory'
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
      );
      await database.close();
      expect(rows).toEqual([]);
    });

    test("the log and doctor report the pooler", async () => {
      expect(opened.lines.join("\n")).toContain('"database.pooled"');
      const { text, result } = await runCommand("doctor", {
        DATABASE_URL: bouncer.url,
        HUB_URL: opened.origin,
      });
      expect(result.pooled).toBe(true);
      expect(text).toContain("through a connection pooler");
    });
  },
);
