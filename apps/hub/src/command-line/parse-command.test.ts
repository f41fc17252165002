import { expect, test } from "vitest";
import { runCommand } from "../test-support/run-command.ts";
import { commands } from "./commands.ts";
import { parseCommand, UsageError } from "./parse-command.ts";

const usage = (words: string) => () => parseCommand(commands, words.split(" "));

test("what a command needs is in its usage without brackets, and the rest in brackets", async () => {
  const { text } = await runCommand("user add --help");
  expect(text.split("\n")[0]).toBe(
    "npm run hub -- user add <username> --email <address> [--name <name>] [--groups <group,group>] [--operator] [--password-stdin] [--json]",
  );
  expect((await runCommand("--help")).text).toMatch(
    /^ {2}user add <username> --email <address> +Adds a person/m,
  );
});

test.each(["help", "--help", "-h"])("%j says which commands there are", async (words) => {
  expect((await runCommand(words)).text).toContain("Every command takes --help and --json.");
});

test("an option that is needed and not given is asked for by name: wrongly asked, not refused", () => {
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

test("help of every command is there without anything it needs", async () => {
  for (const { name, summary } of commands)
    expect((await runCommand(`${name} --help`)).text).toContain(summary);
});
