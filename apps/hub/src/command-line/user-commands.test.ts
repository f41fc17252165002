import { randomUUID } from "node:crypto";
import { type Database, openDatabase } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { testRecord } from "@gatehouse/database/test-record";
import { beforeAll, describe, expect, test } from "vitest";
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
  expect(text).toMatch(
    /^fritz {2}fritz@example\.com {2}fritz {2}operator {2}invited until 20\S+Z {2}staff$/m,
  );
  expect(text).toMatch(/^gerda {2}gerda@example\.com {2}gerda {2}disabled$/m);
});

test("user enable enables a disabled user, whose links stay void", async () => {
  await run("user add hanna --email hanna@example.com");
  await run("user disable hanna");
  expect((await run("user enable hanna")).text).toBe("Enabled hanna.");
  expect((await run("user enable hanna")).text).toBe("hanna was not disabled.");
  expect((await run("user list")).text).toMatch(/^hanna .* hanna {2}invited without a usable link$/m);
  await expect(run("user enable nobody")).rejects.toThrow("there is no user called nobody.");
});

test("user add creates no password, and prints a single-use link with which the user chooses one", async () => {
  const { result, text } = await run("user add ida --email Ida@Example.com --name Ida");
  expect(result).toMatchObject({ username: "ida", email: "ida@example.com" });
  expect(result).not.toHaveProperty("password");
  expect(text).toMatch(/^Added ida\. Give ida this link; .* It works once, for seven days:\n/);
  expect(text.endsWith(String(result.link))).toBe(true);
  const { pathname, searchParams } = new URL(String(result.link));
  expect(pathname).toBe("/invitation");
  await withDatabaseOpen(async ({ people, verificationTokens }) => {
    expect(await people.findForSignIn("ida")).toMatchObject({ passwordHash: null });
    expect(await verificationTokens.find("invitation", searchParams.get("link") ?? "")).toMatchObject({
      email: "ida@example.com",
      person: { username: "ida" },
      facts: { mailed: false },
    });
  });
});

test("user add refuses addresses and names that look like others, and creates nobody", async () => {
  await expect(run("user add jo --email \u0430da@example.com")).rejects.toThrow(/--email should be/);
  await expect(run("user add j\u043E --email jo@example.com")).rejects.toThrow(/letters can look the same/);
  expect((await run("user list")).text).not.toMatch(/^j/m);
});

test("user add says which of username and address another user has", async () => {
  await run("user add ivo --email ivo@example.com");
  await expect(run("user add ivo --email ivo.b@example.com")).rejects.toThrow(
    "another user has the username ivo. Nothing was changed.",
  );
  await expect(run("user add ivo.b --email ivo@example.com")).rejects.toThrow(
    "another user, ivo, has the address ivo@example.com. Nothing was changed.",
  );
});

test("with a mail server, links are mailed by the hub unless the operator asks for them", async () => {
  const mailing = { SMTP_URL: "smtp://127.0.0.1:2525", MAIL_FROM: "hub@example.com" };
  const runMailing = (words: string) => runCommand(words, { DATABASE_URL, ...mailing });
  const added = await runMailing("user add jana --email jana@example.com");
  expect(added.result).toMatchObject({ mailTo: "jana@example.com" });
  expect(added.result).not.toHaveProperty("link");
  await runMailing("user reset jana");
  expect((await runMailing("user invite jana --print-link")).result).toMatchObject({
    link: expect.stringMatching(/\/invitation\?link=LINK-[0-9a-f]{64}$/),
  });
  await withDatabaseOpen(async ({ mails }) => {
    const queued = await mails.list(10, "jana@example.com");
    expect(queued.map(({ kind, state }) => [kind, state])).toEqual([
      ["password-reset", "pending"],
      ["invitation", "pending"],
    ]);
    expect(JSON.stringify(queued).includes("link=")).toBe(false);
  });
});

test("user invite is for users without a way to sign in", async () => {
  const { result: added } = await run("user add jens --email jens@example.com");
  expect((await run("user invite jens")).result.link).not.toBe(added.link);
  await withDatabaseOpen(({ people }) =>
    people.setPassword(String(added.id), { hash: "$argon2id$x", standsAlone: true }),
  );
  await expect(run("user invite jens")).rejects.toThrow(/can sign in already\. .*user reset jens/);
  await run("user disable jens");
  await expect(run("user invite jens")).rejects.toThrow(/is disabled/);
});

describe("user withdraw-links", () => {
  const lineOf = async (username: string) =>
    (await run("user list")).text.split("\n").find((line) => line.startsWith(`${username} `));

  test("voids invitations and resets, with their mails, and leaves an entry", async () => {
    const mailing = { SMTP_URL: "smtp://127.0.0.1:2525", MAIL_FROM: "hub@example.com" };
    const { result: added } = await run("user add wim --email wim@example.com");
    const { result: reset } = await run("user reset wim");
    await runCommand("user invite wim", { DATABASE_URL, ...mailing });
    expect(await lineOf("wim")).toMatch(/ {2}invited until \S+ {2}password link until \S+$/);
    const { result, text } = await runCommand("user withdraw-links wim", {
      DATABASE_URL,
      SIGN_UP: "invitation",
      ...mailing,
    });
    expect(result).toEqual({ username: "wim", links: 2, mails: 1 });
    expect(text).toMatch(
      /^Voided 2 links of wim\. 1 queued mail with a link will not be sent\.\n.* by “Lost your invitation\?” on .*user disable wim$/,
    );
    await withDatabaseOpen(async ({ auditEvents, mails, verificationTokens }) => {
      for (const [purpose, link] of [
        ["invitation", added.link],
        ["password-reset", reset.link],
      ] as const) {
        const token = new URL(String(link)).searchParams.get("link") ?? "";
        expect(await verificationTokens.find(purpose, token)).toBeNull();
      }
      expect(await mails.list(9, "wim@example.com")).toEqual([]);
      const personId = String(added.id);
      const entries = await auditEvents.listOldest({ personId }, { limit: 9, after: 0 });
      expect(entries.at(-1)).toMatchObject({
        kind: "links-voided",
        actorKind: "operator",
        facts: { links: 2, mails: 1 },
      });
    });
    expect(await lineOf("wim")).toMatch(/ {2}invited without a usable link$/);
  });

  test("names the link that the sign-in page shows where sign-up is open", async () => {
    await run("user add willi --email willi@example.com");
    const { text } = await runCommand("user withdraw-links willi", {
      DATABASE_URL,
      SIGN_UP: "open",
      SMTP_URL: "smtp://127.0.0.1:2525",
      MAIL_FROM: "hub@example.com",
    });
    expect(text).toContain(
      "willi can ask for another invitation by “Create an account” on the sign-in page.",
    );
  });

  test("changes and records nothing where there is none", async () => {
    const { result: added } = await run("user add xaver --email xaver@example.com");
    const personId = String(added.id);
    await withDatabaseOpen(({ people }) =>
      people.setPassword(personId, { hash: "$argon2id$x", standsAlone: true }),
    );
    await run("user withdraw-links xaver");
    expect((await run("user withdraw-links xaver")).text).toBe(
      "xaver has no unused links. Nothing was changed.",
    );
    expect(await lineOf("xaver")).toMatch(/ {2}xaver$/);
    await withDatabaseOpen(async ({ auditEvents }) => {
      const entries = await auditEvents.listOldest({ personId }, { limit: 9, after: 0 });
      expect(entries.filter(({ kind }) => kind === "links-voided")).toHaveLength(1);
    });
  });
});

test("user reset prints a link, leaves the password, and ends the sessions only on request", async () => {
  const { result: added } = await run("user add kurt --email kurt@example.com");
  const personId = String(added.id);
  await withSession(personId, async (database, token) => {
    await database.people.setPassword(personId, { hash: "$argon2id$own", standsAlone: true });
    const { result, text } = await run("user reset kurt");
    expect(result).toMatchObject({ username: "kurt", sessionsEnded: 0 });
    expect(text).toMatch(/It works once, for ten minutes:\n\S+\/reset-password\?link=/);
    expect(await database.sessions.find(token, { touch: false })).toMatchObject({ state: "alive" });
    expect(await database.people.findForSignIn("kurt")).toMatchObject({ passwordHash: "$argon2id$own" });
    expect((await run("user reset kurt --end-sessions")).result).toMatchObject({ sessionsEnded: 1 });
    expect(await database.sessions.find(token, { touch: false })).toMatchObject({
      state: "ended",
      reason: "ended-by-operator",
    });
  });
  await run("user disable kurt");
  await expect(run("user reset kurt")).rejects.toThrow(/is disabled\. First: .*user enable kurt/);
});

test("user reset revokes connected apps and app passwords on request", async () => {
  const { result: added } = await run("user add lea --email lea@example.com");
  const personId = String(added.id);
  await withDatabaseOpen(async (database) => {
    await giveConsent(database, { personId, clientId: "budget" });
    const appPassword = { id: randomUUID(), personId, secret: "gh_1", name: "one", scopes: ["account.read"] };
    await database.appPasswords.create({ ...appPassword, lifeSeconds: 60 }, testRecord);
    expect((await run("user reset lea")).result).toMatchObject({
      appsDisconnected: 0,
      appPasswordsRevoked: 0,
    });
    expect((await run("user reset lea --disconnect-apps")).result).toMatchObject({
      appsDisconnected: 1,
      appPasswordsRevoked: 1,
    });
    expect(await database.consents.listOf(personId)).toEqual([]);
    expect(await database.appPasswords.listOf(personId)).toEqual([]);
    const entries = await database.auditEvents.listOldest({ personId }, { limit: 9, after: 0 });
    expect(entries.slice(-3)).toMatchObject([
      { kind: "consent-revoked", actorKind: "operator", siteId: "budget" },
      { kind: "app-password-revoked", actorKind: "operator", facts: { name: "one" } },
      { kind: "reset-link-made", actorKind: "operator" },
    ]);
  });
});

describe("user reset-second-step", () => {
  const withCodes = async (username: string, standsAlone: boolean) => {
    const { result } = await run(`user add ${username} --email ${username}@example.com`);
    const personId = String(result.id);
    await withDatabaseOpen(async ({ people, factors }) => {
      await factors.turnOnCodes(
        {
          personId,
          sealed: "sealed",
          step: 1,
          recoveryCodes: [`${username} 1`, `${username} 2`],
        },
        testRecord,
      );
      await people.setPassword(personId, { hash: "$argon2id$own", standsAlone });
    });
    return personId;
  };
  const entriesOf = (personId: string, { auditEvents }: Database) =>
    auditEvents.listOldest({ personId }, { limit: 20, after: 0 });

  test("changes nothing before it is confirmed, and says what it would remove", async () => {
    const personId = await withCodes("mia", true);
    const { result, text } = await run("user reset-second-step mia");
    expect(result).toMatchObject({ codes: true, recoveryCodes: 2, removed: false });
    expect(text).toMatch(
      /^With --yes this removes from mia: one-time codes, 2 recovery codes; .*\nAfter that, whoever knows the password .*\n.* repeat with --yes\.$/,
    );
    await withDatabaseOpen(async (database) => {
      expect(await database.factors.of(personId)).toMatchObject({ recoveryCodes: 2 });
      expect((await entriesOf(personId, database)).map(({ kind }) => kind)).not.toContain(
        "second-step-reset",
      );
    });
  });

  test("removes all factors, ends the sessions, tells the user and leaves entries, without a way in", async () => {
    const personId = await withCodes("nora", true);
    await withSession(personId, async (database, token) => {
      const { result, text } = await run("user reset-second-step nora --yes");
      expect(result).toEqual({
        username: "nora",
        codes: true,
        passkeys: 0,
        recoveryCodes: 2,
        sessionsEnded: 1,
        password: "stands-alone",
      });
      expect(text).toContain("nora signs in with the password");
      expect(JSON.stringify(result) + text).not.toContain("link=");
      expect(await database.factors.of(personId)).toEqual({
        codesSince: null,
        passkeys: 0,
        recoveryCodes: 0,
      });
      expect(await database.people.findForSignIn("nora")).toMatchObject({
        passwordHash: "$argon2id$own",
        mustChange: false,
      });
      expect(await database.sessions.find(token, { touch: false })).toMatchObject({ state: "ended" });
      const [mail] = await database.mails.list(1, "nora@example.com");
      expect(mail).toMatchObject({ kind: "factor-changed", state: "pending" });
      const entries = await entriesOf(personId, database);
      expect(entries.slice(-2)).toMatchObject([
        { kind: "session-ended", actorKind: "operator", facts: { reason: "ended-by-operator" } },
        { kind: "second-step-reset", actorKind: "operator", facts: { codes: true, sessionsEnded: 1 } },
      ]);
      expect(entries.at(-1)?.actor).not.toBe("");
    });
    await expect(run("user reset-second-step nora --yes")).rejects.toThrow("nora has no second step");
  });

  test("a password that is too short alone must be changed at the next sign-in", async () => {
    await withCodes("olga", false);
    const { result, text } = await run("user reset-second-step olga --yes");
    expect(result.password).toBe("too-short");
    expect(text).toContain("chooses a longer one");
    await withDatabaseOpen(async ({ people }) => {
      expect(await people.findForSignIn("olga")).toMatchObject({ mustChange: true });
    });
  });

  test("a user without a password needs a link, which the command does not print", async () => {
    const personId = await withCodes("paul", true);
    await withDatabaseOpen(async (database) => {
      await poolOf(database).query("DELETE FROM password_credentials WHERE user_id = $1", [personId]);
    });
    const preview = await run("user reset-second-step paul");
    expect(preview.text).toContain("paul has no password, and then needs a link");
    const { result, text } = await run("user reset-second-step paul --yes");
    expect(result.password).toBe("none");
    expect(text).toContain("npm run hub -- user reset paul");
  });

  test("refuses a disabled user and one without a second step", async () => {
    await run("user add quentin --email quentin@example.com");
    await expect(run("user reset-second-step quentin --yes")).rejects.toThrow("quentin has no second step");
    await run("user disable quentin");
    await expect(run("user reset-second-step quentin --yes")).rejects.toThrow("is disabled");
    await expect(run("user reset-second-step nobody --yes")).rejects.toThrow("there is no user");
  });
});

test("user disable signs the user out, and the form gives the reason later", async () => {
  const { result: added } = await run("user add klara --email klara@example.com");
  await withSession(String(added.id), async (database, token) => {
    const { result, text } = await run("user disable klara");
    expect(result).toEqual({ username: "klara", sessionsEnded: 1 });
    expect(text).toBe("Disabled klara; 1 session ended.");
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
  await withDatabaseOpen(async (database) => {
    const token = `a token that ${personId} alone has`;
    const browser = { userAgent: "", address: "", longTerm: false, amr: ["pwd", "otp", "mfa"] };
    await database.sessions.start({ personId, token, ...browser });
    await use(database, token);
  });
}

async function withDatabaseOpen(use: (database: Database) => Promise<void>): Promise<void> {
  const database = await openDatabase({
    url: DATABASE_URL,
    dataDirectory: "/nowhere",
    idleSeconds: 60,
    maxSeconds: 60,
  });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}
