import {
  type Database,
  type FactorsRemoved,
  type ListedPerson,
  type Person,
  PersonExists,
  type PersonWithPassword,
  type UsableLink,
  type VoidedLinks,
} from "@gatehouse/database";
import type { HubChangeRecord } from "../audit/change-record.ts";
import { fullName, nameFault, usernameFault } from "../credential/account-names.ts";
import { parseAddress } from "../mail/address.ts";
import type { Settings } from "../settings/env.ts";
import { makeLink } from "../sign-up/link.ts";
import { counted } from "./counted.ts";
import { operatorActor, recordOperation } from "./operator.ts";
import { type Command, type CommandInput, RefusedError } from "./parse-command.ts";
import { withDatabase, withNewDatabase } from "./with-database.ts";

const linkOption = {
  "print-link": { value: null, meaning: "print the single-use link instead of mailing it" },
} as const;

export const userList: Command = {
  name: "user list",
  summary:
    "Lists all users: username, email address, name, whether operator, disabled, invited or to be deleted, unused links, groups.",
  words: [],
  options: {},
  run: (_, settings) =>
    withDatabase(settings, async (database) => {
      const usable = await database.verificationTokens.listUsable();
      const people = (await database.people.list()).map((person) => ({
        ...person,
        links: usable
          .filter(({ personId }) => personId === person.id)
          .map(({ purpose, expiresAt }) => ({ purpose, expiresAt })),
      }));
      const lines = people.map(({ username, email, name, operator, deletionDueAt, groups, ...more }) =>
        [
          username,
          email,
          name,
          ...(operator ? ["operator"] : []),
          ...(more.disabled ? ["disabled"] : linkWords(more)),
          ...(deletionDueAt === null ? [] : [`to be deleted on ${deletionDueAt.toISOString()}`]),
          ...groups,
        ].join("  "),
      );
      return {
        result: people,
        text: lines.join("\n") || "There are no users. Add one: npm run hub -- user add --help",
      };
    }),
};

/** A disabled user has links too, but cannot use them. */
function linkWords({
  isInvited,
  links,
}: Pick<ListedPerson, "isInvited"> & {
  readonly links: readonly Omit<UsableLink, "personId">[];
}): readonly string[] {
  const hasInvitation = links.some(({ purpose }) => purpose === "invitation");
  return [
    ...(isInvited && !hasInvitation ? ["invited without a usable link"] : []),
    ...links.map(({ purpose, expiresAt }) => `${linkNames[purpose]} until ${expiresAt.toISOString()}`),
  ];
}

const linkNames: Readonly<Record<UsableLink["purpose"], string>> = {
  invitation: "invited",
  "password-reset": "password link",
  "email-change": "link for another address",
};

export const userAdd: Command = {
  name: "user add",
  summary:
    "Adds a user, and mails or prints a single-use link with which they choose a password or a passkey.",
  words: ["<username>"],
  options: {
    email: { value: "<address>", meaning: "email address (required)", needed: true },
    name: { value: "<name>", meaning: "full name; left out: the user enters it" },
    groups: { value: "<group,group>", meaning: "groups of the user, released to sites that request them" },
    operator: { value: null, meaning: "the user may operate the hub" },
    ...linkOption,
  },
  async run(input, settings) {
    const username = input.word("username").toLowerCase();
    const typedEmail = input.option("email") ?? "";
    const email = parseAddress(typedEmail);
    const given = input.option("name");
    const name = given === undefined ? username : fullName(given);
    const fault = usernameFault(username) ?? (given === undefined ? undefined : nameFault(name));
    if (fault !== undefined) throw new RefusedError(fault);
    if (email === null)
      throw new RefusedError(
        `--email should be an email address such as name@example.com (got "${typedEmail}").`,
      );
    const groups = readGroups(input.option("groups") ?? "");
    return withNewDatabase(settings, async (database) => {
      const operator = input.flag("operator");
      const about = { username, email, name, operator, groups, password: null };
      try {
        const operation = { kind: "user-added", facts: { username, operator, groups } } as const;
        const person = await recordOperation(database, operation, () => database.people.create(about));
        const { result, text } = await giveLink({ database, input, settings }, "invitation", person);
        return {
          result: { id: person.id, username, email, operator, groups, ...result },
          text: `Added ${username}. ${text}`,
        };
      } catch (error) {
        if (error instanceof PersonExists) throw await nameOrAddressTaken(database, username, email);
        throw error;
      }
    });
  },
};

async function nameOrAddressTaken(
  { people }: Pick<Database, "people">,
  username: string,
  email: string,
): Promise<RefusedError> {
  const named = await people.findForSignIn(username);
  const other = named ?? (await people.findForSignIn(email));
  const has = named === null ? `the address ${email}` : `the username ${username}`;
  return new RefusedError(
    `another user${named === null && other !== null ? `, ${other.person.username},` : ""} has ${has}. Nothing was changed.`,
  );
}

export const userInvite: Command = {
  name: "user invite",
  summary: "Mails or prints another link for a user who has not chosen a password or a passkey yet.",
  words: ["<username>"],
  options: { ...linkOption },
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const { person } = await findUser(database, input.word("username"));
      if (person.disabled) throw disabled(person);
      if (!(await database.people.isInvited(person.id)))
        throw new RefusedError(
          `${person.username} can sign in already. For a forgotten password: npm run hub -- user reset ${person.username}`,
        );
      const { result, text } = await giveLink({ database, input, settings }, "invitation", person);
      return { result: { username: person.username, ...result }, text };
    }),
};

export const userReset: Command = {
  name: "user reset",
  summary: "Mails or prints a single-use link with which a user chooses a new password.",
  words: ["<username>"],
  options: {
    ...linkOption,
    "end-sessions": {
      value: null,
      meaning:
        "also sign the user out everywhere, at once; voids earlier links and unfinished sign-ins, and makes known browsers unknown",
    },
    "disconnect-apps": { value: null, meaning: "also revoke connected apps and app passwords, at once" },
  },
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const { person } = await findUser(database, input.word("username"));
      if (person.disabled) throw disabled(person);
      const { id, username } = person;
      // The link is made last: ending the sessions voids all links.
      const sessionsEnded = input.flag("end-sessions")
        ? (await database.sessions.end({ personId: id }, "ended-by-operator", operatorActor())).length
        : 0;
      // The sessions end first, so none of them can connect another app or make another app password.
      const disconnects = input.flag("disconnect-apps");
      const appsDisconnected = disconnects ? await database.consents.revokeAll(id, operatorActor()) : 0;
      const appPasswordsRevoked = disconnects
        ? await database.appPasswords.revokeAll(id, operatorActor())
        : 0;
      const { result, text } = await giveLink({ database, input, settings }, "password-reset", person);
      return {
        result: { username, sessionsEnded, appsDisconnected, appPasswordsRevoked, ...result },
        text: [
          text,
          ...(input.flag("end-sessions") ? [`${counted(sessionsEnded, "session")} ended.`] : []),
          ...(disconnects
            ? [
                `${counted(appsDisconnected, "app")} disconnected, ${counted(appPasswordsRevoked, "app password")} revoked.`,
              ]
            : []),
        ].join("\n"),
      };
    }),
};

export const userWithdrawLinks: Command = {
  name: "user withdraw-links",
  summary:
    "Voids the links that a user has not used yet: invitations, password resets, changes of the address.",
  words: ["<username>"],
  options: {},
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const { person } = await findUser(database, input.word("username"));
      const { id: personId, username } = person;
      const record = (facts: VoidedLinks): HubChangeRecord => ({
        events: [{ kind: "links-voided", actor: operatorActor(), personId, facts: { ...facts } }],
      });
      const voided = await database.verificationTokens.voidAll(personId, record);
      const { links, mails } = voided ?? { links: 0, mails: 0 };
      const again = (await database.people.isInvited(personId)) && settings.signUpMode !== "off";
      return {
        result: { username, links, mails },
        text: [
          voided === null
            ? `${username} has no unused links. Nothing was changed.`
            : `Voided ${counted(links, "link")} of ${username}. ${counted(mails, "queued mail")} with a link will not be sent.`,
          ...(again
            ? [
                `${username} can ask for another invitation by “${settings.signUpMode === "open" ? "Create an account" : "Lost your invitation?"}” on the sign-in page. To prevent that: npm run hub -- user disable ${username}`,
              ]
            : []),
        ].join("\n"),
      };
    }),
};

export const userResetSecondStep: Command = {
  name: "user reset-second-step",
  summary: "Turns off the one-time codes, passkeys and recovery codes of a user who has lost them.",
  words: ["<username>"],
  options: { yes: { value: null, meaning: "do it; without it the command only shows what it would remove" } },
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const { person, passwordHash } = await findUser(database, input.word("username"));
      if (person.disabled) throw disabled(person);
      const { id: personId, username, email } = person;
      const { codesSince, passkeys, recoveryCodes } = await database.factors.of(personId);
      if (codesSince === null && passkeys === 0) throw hasNoSecondStep(username);
      const has = [
        ...(codesSince === null ? [] : ["one-time codes"]),
        ...(passkeys === 0 ? [] : [counted(passkeys, "passkey")]),
        counted(recoveryCodes, "recovery code"),
      ].join(", ");
      if (!input.flag("yes"))
        return {
          result: { username, codes: codesSince !== null, passkeys, recoveryCodes, removed: false },
          text: [
            `With --yes this removes from ${username}: ${has}; it ends all sessions and tells the user by mail. Nothing is changed yet.`,
            passwordHash === null
              ? `${username} has no password, and then needs a link to choose one.`
              : "After that, whoever knows the password can sign in with it alone.",
            `Verify that the request comes from ${username}, then repeat with --yes.`,
          ].join("\n"),
        };
      const actor = operatorActor();
      const record = (facts: FactorsRemoved): HubChangeRecord => ({
        events: [{ kind: "second-step-reset", actor, personId, facts: { ...facts } }],
        mail: { kind: "factor-changed", recipient: email, personId, facts: { change: "second-step-reset" } },
      });
      const removed = await database.factors.removeAll(personId, actor, record);
      if (removed === null) throw hasNoSecondStep(username);
      return {
        result: { username, ...removed },
        text: [
          `Removed from ${username}: ${has}. ${counted(removed.sessionsEnded, "session")} ended. The hub tells ${username} by mail.`,
          nextStep(username, removed.password, settings),
        ].join("\n"),
      };
    }),
};

const hasNoSecondStep = (username: string): RefusedError =>
  new RefusedError(`${username} has no second step. Nothing was changed.`);

/** Tells the operator how the user signs in now. It gives the operator no way in. */
function nextStep(
  username: string,
  password: FactorsRemoved["password"],
  { mailServer }: Pick<Settings, "mailServer">,
): string {
  if (password === "stands-alone")
    return `${username} signs in with the password, and sets up another second step.`;
  if (password === "too-short")
    return `${username} signs in with the password, which is too short without a second step, and chooses a longer one.`;
  return mailServer === undefined
    ? `${username} has no password. Give ${username} a link to choose one: npm run hub -- user reset ${username}`
    : `${username} has no password, and gets a link to choose one by “Forgot your password?” on the sign-in page.`;
}

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
        text: `Disabled ${person.username}; ${counted(ended.length, "session")} ended.`,
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

/** Mails a link, or prints it where asked to or where no mail server is set. A link that is mailed is made by the hub. */
async function giveLink(
  { database, input, settings }: Readonly<{ database: Database; input: CommandInput; settings: Settings }>,
  purpose: "invitation" | "password-reset",
  { id: personId, username, email }: Person,
): Promise<{ readonly result: { link: string } | { mailTo: string }; readonly text: string }> {
  const life = purpose === "invitation" ? "seven days" : "ten minutes";
  const isPrinted = settings.mailServer === undefined || input.flag("print-link");
  const kind = purpose === "invitation" ? "invitation" : "reset-link-made";
  const operation = { kind, personId, facts: { given: isPrinted ? "printed" : "mailed" } } as const;
  if (isPrinted) {
    const { hubUrl } = settings;
    const { verificationTokens } = database;
    const link = await recordOperation(database, operation, () =>
      makeLink({ hubUrl, verificationTokens }, { purpose, email, personId, mailed: false }),
    );
    return {
      result: { link },
      text: `Give ${username} this link; whoever has it ${purpose === "invitation" ? "chooses how to sign in" : "chooses the password"}. It works once, for ${life}:\n${link}`,
    };
  }
  // The composer of a reset looks up the account by what was typed.
  await recordOperation(database, operation, () =>
    database.mails.queue({ kind: purpose, recipient: email, personId, facts: {} }),
  );
  return {
    result: { mailTo: email },
    text: `The hub mails a link to ${email} within a minute. It works once, for ${life}.`,
  };
}

const disabled = ({ username }: Person): RefusedError =>
  new RefusedError(`${username} is disabled. First: npm run hub -- user enable ${username}`);

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
async function findUser(database: Database, identifier: string): Promise<PersonWithPassword> {
  const found = await database.people.findForSignIn(identifier);
  if (found === null) throw new RefusedError(`there is no user called ${identifier}.`);
  return found;
}

/** @throws RefusedError when no user has that name */
export async function findPerson(database: Database, identifier: string): Promise<Person> {
  return (await findUser(database, identifier)).person;
}
