import { describeBrowser } from "../http/describe-browser.ts";
import { counted } from "./counted.ts";
import { operatorActor } from "./operator.ts";
import { type Command, RefusedError } from "./parse-command.ts";
import { findPerson } from "./user-commands.ts";
import { withDatabase } from "./with-database.ts";

export const sessionList: Command = {
  name: "session list",
  summary: "Lists the sessions of a user.",
  words: ["<username>"],
  options: {},
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const person = await findPerson(database, input.word("username"));
      const sessions = await database.sessions.listOf(person.id);
      const result = sessions.map(({ id, userAgent, address, startedAt, lastActivityAt, sites }) => ({
        id,
        browser: describeBrowser(userAgent),
        address,
        startedAt,
        lastActivityAt,
        sites: sites.map(({ siteId }) => siteId),
      }));
      const lines = result.map(
        ({ id, browser, address, lastActivityAt, sites }) =>
          `${id}  ${browser}  ${address}  ${lastActivityAt.toISOString()}  ${sites.join(", ")}`,
      );
      return { result, text: lines.join("\n") || `${person.username} is not signed in anywhere.` };
    }),
};

export const sessionEnd: Command = {
  name: "session end",
  summary:
    "Ends one session of a user, or all; a running hub notifies the sites within seconds. Ending all also voids links and unfinished sign-ins, and makes known browsers unknown.",
  words: ["<username>"],
  options: { session: { value: "<id>", meaning: "the session to end; left out: all of them" } },
  run: (input, settings) =>
    withDatabase(settings, async (database) => {
      const person = await findPerson(database, input.word("username"));
      const sessionId = input.option("session");
      const which = sessionId === undefined ? { personId: person.id } : { personId: person.id, sessionId };
      const ended = await database.sessions.end(which, "ended-by-operator", operatorActor());
      if (sessionId !== undefined && ended.length === 0)
        throw new RefusedError(`${person.username} has no living session ${sessionId}.`);
      return { result: { ended }, text: `Ended ${counted(ended.length, "session")} of ${person.username}.` };
    }),
};
