import { expect, test } from "vitest";
import { runCommand } from "../test-support/run-command.ts";
import { commands } from "./commands.ts";
import { parseCommand, UsageError } from "./parse-command.ts";

const usage = (words: string) => () => parseCommand(commands, words.split(" "));

test("usage shows required words and options without brackets, optional ones in brackets", async () => {
  const { text } = await runCommand("user add --help");
  expect(text.split("\n")[0]).toBe(
    "npm run hub -- user add <username> --email <address> [--name <name>] [--groups <group,group>] [--operator] [--print-link] [--json]",
  );
  expect((await runCommand("--help")).text).toMatch(
    /^ {2}user add <username> --email <address> +Adds a user/m,
  );
});

test.each(["help", "--help", "-h"])("%j lists the commands", async (words) => {
  expect((await runCommand(words)).text).toContain("Every command takes --help and --json.");
});

test("a missing required option is a usage error that names it", () => {
  expect(usage("user add alice")).toThrow(UsageError);
  expect(usage("user add alice")).toThrow(
    /^--email is needed\. Use: .* user add <username> --email <address> \[/,
  );
  expect(usage("user add alice --email a@example.com")).not.toThrow();
});

test.each([
  ["user add", /^use: npm run hub -- user add/],
  ["user add a b --email c", /^use: /],
  ["user remove", /there is no command "user remove"/],
  ["user add a --mail x", /Unknown option.*Use: /],
])("%s: %s", (words, message) => {
  expect(usage(words)).toThrow(UsageError);
  expect(usage(words)).toThrow(message);
});

test.each(["user", "user remove"])("%j lists the commands of user, and no others", (words) => {
  expect(usage(words)).toThrow(`there is no command "${words}". Commands of user:\n`);
  expect(usage(words)).toThrow(/^ {2}user add <username> .* Adds a user/m);
  expect(usage(words)).not.toThrow(/site add/);
});

test.each(["user --help", "user lst --help", "help user"])(
  "%j explains the commands of user, and no others",
  async (words) => {
    const { text } = await runCommand(words);
    expect(text).toMatch(/^ {2}user add <username> .* Adds a user/m);
    expect(text).not.toContain("site add");
  },
);

test("an unknown first word leads to the help", () => {
  expect(usage("person add")).toThrow(/^there is no command "person add"\. See: npm run hub -- --help$/);
});

test("every command shows its help without its required words and options", async () => {
  for (const { name, summary } of commands)
    expect((await runCommand(`${name} --help`)).text).toContain(summary);
});
