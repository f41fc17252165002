/** Runs a command of the operator as the command line does, without its process. */
import { commands } from "../command-line/commands.ts";
import { parseCommand } from "../command-line/parse-command.ts";
import { readSettings } from "../settings/env.ts";

/** @returns what `--json` prints, and the same for people; for `--help` the help as text; and what it wrote meanwhile */
export async function runCommand<Result = Record<string, unknown>>(
  words: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<{
  readonly result: Result;
  readonly text: string;
  readonly remark: string;
  readonly failed: boolean;
  readonly written: string;
}> {
  const parsed = parseCommand(commands, words.split(" "));
  if (parsed.help !== undefined)
    return { result: {} as Result, text: parsed.help, remark: "", failed: false, written: "" };
  const settings = readSettings({
    HUB_SECRETS: "a secret of this test run alone with 32 characters",
    ...environment,
  });
  let written = "";
  const write = async (text: string) => {
    written += text;
  };
  const {
    result,
    text,
    remark = "",
    failed = false,
  } = await parsed.command.run(parsed.input, settings, write);
  return { result: result as Result, text, remark, failed, written };
}
