import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@gatehouse/database";
import { verify } from "@node-rs/argon2";
import { beforeAll, expect, test } from "vitest";
import { giveConsent } from "../test-support/give-consent.ts";
import { runCommand } from "../test-support/run-command.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { RefusedError } from "./parse-command.ts";

let DATABASE_URL: string;
beforeAll(async () => {
  DATABASE_URL = await createTestDatabase();
});
const run = (words: string) => runCommand(words, { DATABASE_URL });

test("user groups shows, replaces and removes the groups of a user", async () => {
  const added = await run("user add dora --email dora@example.com --groups staff,editors,staff");
  expect(added.result).toMatchObject({ username: "dora", groups: ["staff", "editors"] });
  expect((await run("user groups dora")).text).toBe("dora is a member of staff, editors.");
  expect((await run("user groups dora --set owners")).result).toEqual({
    username: "dora",
    groups: ["owners"],
  });
  expect((await run("user groups dora@example.com --set=")).text).toBe("dora is a member of nothing.");
  expect((await run("user groups dora")).result.groups).toEqual([]);
});

test("a group with an unlistable name is refused, and nothing is changed", async () => {
  await run("user add emil --email emil@example.com --groups staff");
  await expect(run("user groups emil --set staff,<b>")).rejects.toThrow(RefusedError);
  expect((await run("user groups emil")).result.groups).toEqual(["staff"]);
  await expect(run("user groups nobody --set staff")).rejects.toThrow("there is no user called nobody.");
});

test("user list shows all users, with operators and disabled users marked", async () => {
  await run("user add fritz --email fritz@example.com --operator --groups staff");
  await run("user add gerda --email gerda@example.com");
  await run("user disable gerda");
  const { result, text } = await run("user list");
  expect(result).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ username: "fritz", operator: true, groups: ["staff"], disabled: false }),
      expect.objectContaining({ username: "gerda", operator: false, disabled: true }),
    ]),
  );
  expect(JSON.stringify(result)).not.toContain("argon2");
  expect(text).toMatch(/^fritz {2}fritz@example\.com {2}fritz {2}operator {2}staff$/m);
  expect(text).toMatch(/^gerda {2}gerda@example\.com {2}gerda {2}disabled$/m);
});

test("user enable enables a disabled user", async () => {
  await run("user add hanna --email hanna@example.com");
  await run("user disable hanna");
  expect((await run("user enable hanna")).text).toBe("Enabled hanna.");
  expect((await run("user enable hanna")).text).toBe("hanna was not disabled.");
  expect((await run("user list")).text).toMatch(/^hanna .* hanna$/m);
  await expect(run("user enable nobody")).rejects.toThrow("there is no user called nobody.");
});

test("user password replaces the password and ends the user's sessions with that reason", async () => {
  const { result: added } = await run("user add ida --email ida@example.com");
  await withSession(String(added.id), async (database, token) => {
    const personId = String(added.id);
    await giveConsent(database, { personId, clientId: "budget" });
    const appPassword = { id: randomUUID(), personId, secret: "gh_1", name: "one", scopes: ["account.read"] };
    await database.appPasswords.create({ ...appPassword, lifeSeconds: 60 });
    const { result, text } = await run("user password ida");
    expect(result).toMatchObject({
      username: "ida",
      sessionsEnded: 1,
      appsDisconnected: 1,
      appPasswordsRevoked: 1,
    });
    expect(await database.consents.listOf(personId)).toEqual([]);
    expect(await database.appPasswords.listOf(personId)).toEqual([]);
    expect(text).toContain(String(result.password));
    const hash = (await database.people.findForSignIn("ida"))?.passwordHash ?? "";
    expect(await verify(hash, String(result.password))).toBe(true);
    expect(await verify(hash, String(added.password))).toBe(false);
    expect(await database.sessions.find(token, { touch: false })).toMatchObject({
      state: "ended",
      reason: "password-changed",
    });
  });
});

test("user disable signs the user out, and the form gives the reason later", async () => {
  const { result: added } = await run("user add klara --email klara@example.com");
  await withSession(String(added.id), async (database, token) => {
    const { result, text } = await run("user disable klara");
    expect(result).toEqual({ username: "klara", sessionsEnded: 1 });
    expect(text).toBe("Disabled klara; 1 session(s) ended.");
    // The enabled user still sends the old cookie, so the reason can only come from the session.
    await run("user enable klara");
    expect(await database.sessions.find(token, { touch: false })).toMatchObject({
      state: "ended",
      reason: "disabled",
    });
  });
});

/** Runs this while the person is signed in. */
async function withSession(
  personId: string,
  use: (database: Database, token: string) => Promise<void>,
): Promise<void> {
  const database = await openDatabase({
    url: DATABASE_URL,
    dataDirectory: "/nowhere",
    idleSeconds: 60,
    maxSeconds: 60,
  });
  try {
    const token = `a token that ${personId} alone has`;
    await database.sessions.start({
      personId,
      token,
      userAgent: "",
      address: "",
      longTerm: false,
      amr: ["pwd"],
    });
    await use(database, token);
  } finally {
    await database.close();
  }
}
