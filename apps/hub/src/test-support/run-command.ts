/** Runs a command of the operator as the command line does, without its process. */
import { commands } from "../command-line/commands.ts";
import { parseCommand } from "../command-line/parse-command.ts";
import { readSettings } from "../settings/env.ts";

/** @returns what `--json` prints, and the same for people; for `--help` the help as text */
export async function runCommand(
  words: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly result: Record<string, unknown>; readonly text: string }> {
  const parsed = parseCommand(commands, words.split(" "));
  if (parsed.help !== undefined) return { result: {}, text: parsed.help };
  const settings = readSettings({
    HUB_SECRETS: "a secret of this test run alone with 32 characters",
    ...environment,
  });
  const { result, text } = await parsed.command.run(parsed.input, settings);
  return { result: result as Record<string, unknown>, text };
}
