import { randomBytes } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { type Database, PersonExists } from "@gatehouse/database";
import { estimateGuesses } from "../credential/guessability.ts";
import { hashPassword } from "../credential/password.ts";
import { createPasswordRule, readGivenPassword, wordsOfUser } from "../credential/password-rule.ts";
import type { Settings } from "../settings/env.ts";
import { operatorActor, recordOperation } from "./operator.ts";
import { type Command, type CommandInput, RefusedError } from "./parse-command.ts";
import { withDatabase } from "./with-database.ts";

const passwordOption = {
  "password-stdin": { value: null, meaning: "read the password from standard input" },
} as const;

export const userList: Command = {
  name: "user list",
  summary:
    "Lists all users: user name, e-mail address, name, whether operator, disabled or to be deleted, groups.",
  words: [],
  options: {},
  run: (_, settings) =>
    withDatabase(settings, async (database) => {
      const people = await database.people.list();
      const lines = people.map(({ username, email, name, operator, disabled, deletionDueAt, groups }) =>
        [
          username,
          email,
          name,
          ...(operator ? ["operator"] : []),
          ...(disabled ? ["disabled"] : []),
          ...(deletionDueAt === null ? [] : [`deleted on ${deletionDueAt.toISOString()}`]),
          ...groups,
        ].join("  "),
      );
      return {
        result: people,
        text: lines.join("\n") || "There are no users. Add one: npm run hub -- user add --help",
      };
    }),
};

export const userAdd: Command = {
  name: "user add",
  summary: "Adds a user. Without --password-stdin, makes a password and prints it once.",
  words: ["<username>"],
  options: {
    email: { value: "<address>", meaning: "e-mail address (required)", needed: true },
    name: { value: "<name>", meaning: "full name; left out: the user name" },
    groups: { value: "<group,group>", meaning: "groups of the user, released to sites that request them" },
    operator: { value: null, meaning: "the user may operate the hub" },
    ...passwordOption,
  },
  async run(input, settings) {
    const username = input.word("username").toLowerCase();
    const email = input.option("email") ?? "";
    if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(username))
      throw new RefusedError(
        "the user name must begin with a letter or digit and consist of letters, digits and . _ - (at most 64 characters).",
      );
    if (!/^[^\s@]+@[^\s@]+$/.test(email))
      throw new RefusedError(
        `--email should be an e-mail address such as name@example.com (got "${email}").`,
      );
    const groups = readGroups(input.option("groups") ?? "");
    const name = input.option("name") ?? username;
    const about = wordsOfUser({ username, name, email });
    const { made, shown, passwordHash } = await readOrMakePassword(input, settings, about);
    return withDatabase(settings, async (database) => {
      const operator = input.flag("operator");
      try {
        const operation = { kind: "user-added", facts: { username, operator, groups } } as const;
        const { id } = await recordOperation(database, operation, () =>
          database.people.create({ username, email, name, operator, groups, passwordHash }),
        );
        return {
          result: { id, username, email, operator, groups, ...made },
          text: `Added ${username}.${shown}`,
        };
      } catch (error) {
        if (error instanceof PersonExists)
          throw new RefusedError(`another user has the user name ${username} or the address ${email}.`);
        throw error;
      }
    });
  },
};

export const userDisable: Command = {
  name: "user disable",
  summary: "Disables a user: refuses sign-ins and ends all sessions.",
  words: ["<username>"],
  options: {},
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const person = await findPerson(database, input.word("username"));
      const operation = { kind: "user-disabled", personId: person.id } as const;
      const ended = await recordOperation(database, operation, async () => {
        await database.people.setDisabled(person.id, true);
        return database.sessions.end({ personId: person.id }, "disabled", operatorActor());
      });
      return {
        result: { username: person.username, sessionsEnded: ended.length },
        text: `Disabled ${person.username}; ${ended.length} session(s) ended.`,
      };
    }),
};

export const userEnable: Command = {
  name: "user enable",
  summary: "Lets a disabled user sign in again.",
  words: ["<username>"],
  options: {},
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const { id, username, disabled } = await findPerson(database, input.word("username"));
      await recordOperation(database, { kind: "user-enabled", personId: id }, () =>
        database.people.setDisabled(id, false),
      );
      return {
        result: { username, wasDisabled: disabled },
        text: disabled ? `Enabled ${username}.` : `${username} was not disabled.`,
      };
    }),
};

export const userPassword: Command = {
  name: "user password",
  summary:
    "Sets a new password, ends the user's sessions, disconnects all apps and revokes all app passwords.",
  words: ["<username>"],
  options: { ...passwordOption },
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const person = await findPerson(database, input.word("username"));
      const { id, username } = person;
      const { made, shown, passwordHash } = await readOrMakePassword(input, settings, wordsOfUser(person));
      await recordOperation(database, { kind: "password-changed", personId: id }, () =>
        database.people.setPassword(id, { hash: passwordHash, standsAlone: true }),
      );
      // The new hash is stored first, so the old password cannot start another session after this statement.
      const sessionsEnded = (
        await database.sessions.end({ personId: id }, "password-changed", operatorActor())
      ).length;
      // The sessions end first, so none of them can connect another app or make another app password.
      const appsDisconnected = await database.consents.revokeAll(id);
      const appPasswordsRevoked = await database.appPasswords.revokeAll(id);
      return {
        result: { username, sessionsEnded, appsDisconnected, appPasswordsRevoked, ...made },
        text:
          `Changed the password of ${username}; ${sessionsEnded} session(s) ended, ${appsDisconnected} app(s) ` +
          `disconnected, ${appPasswordsRevoked} app password(s) revoked.${shown}`,
      };
    }),
};

export const userGroups: Command = {
  name: "user groups",
  summary: "Shows a user's groups, or replaces them with --set. Sites learn of a change at the next sign-in.",
  words: ["<username>"],
  options: { set: { value: "<group,group>", meaning: 'the new groups; "" for none' } },
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const person = await findPerson(database, input.word("username"));
      const set = input.option("set");
      const groups = set === undefined ? person.groups : readGroups(set);
      if (set !== undefined)
        await recordOperation(
          database,
          { kind: "groups-changed", personId: person.id, facts: { groups } },
          () => database.people.setGroups(person.id, groups),
        );
      const list = groups.length === 0 ? "nothing" : groups.join(", ");
      return {
        result: { username: person.username, groups },
        text: `${person.username} is a member of ${list}.`,
      };
    }),
};

/**
 * @returns the hash; of a generated password also the password, for `--json` and as text
 * @throws RefusedError for a password that the rule refuses
 */
async function readOrMakePassword(
  input: CommandInput,
  { passwordLengths, hubUrl }: Pick<Settings, "hubUrl" | "passwordLengths">,
  about: readonly string[],
) {
  if (input.flag("password-stdin")) {
    const given = readGivenPassword(await buffer(process.stdin));
    if (given === undefined) throw new RefusedError("the password must be text in UTF-8.");
    const passwordFault = createPasswordRule({
      lengths: passwordLengths,
      commonWords: () => ["Gatehouse", new URL(hubUrl).hostname],
      estimateGuesses,
      isBreached: async () => false,
    });
    const fault = await passwordFault(given, { about, isOnlyFactor: true });
    if (fault !== undefined) throw new RefusedError(fault);
    return { made: {}, shown: "", passwordHash: await hashPassword(given) };
  }
  const password = randomBytes(15).toString("base64url");
  return {
    made: { password },
    shown: ` Password, shown once: ${password}`,
    passwordHash: await hashPassword(password),
  };
}

/** @throws RefusedError for a name with other characters, such as a comma, which separates names */
function readGroups(list: string): readonly string[] {
  const groups = [...new Set(list.split(",").map((group) => group.trim()))].filter((group) => group !== "");
  const wrong = groups.find((group) => !/^[\p{L}\p{N}][\p{L}\p{N} ._:/-]{0,63}$/u.test(group));
  if (wrong !== undefined)
    throw new RefusedError(
      `a group must begin with a letter or digit and consist of letters, digits, spaces and . _ : / - (at most 64 characters; got "${wrong}").`,
    );
  return groups;
}

/** @throws RefusedError when no user has that name */
export async function findPerson(database: Database, identifier: string) {
  const found = await database.people.findForSignIn(identifier);
  if (found === null) throw new RefusedError(`there is no user called ${identifier}.`);
  return found.person;
}
