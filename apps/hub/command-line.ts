/** `npm run hub -- <command>`: the operator's command line. Exit codes: 0 done, 1 refused or failed, 2 wrongly asked. */
import { DatabaseError } from "@gatehouse/database";
import { commands } from "./src/command-line/commands.ts";
import { parseCommand, RefusedError, UsageError } from "./src/command-line/parse-command.ts";
import { readSettings } from "./src/settings/env.ts";
import { SettingsError, StartError } from "./src/settings/start-errors.ts";

try {
  const parsed = parseCommand(commands, process.argv.slice(2));
  if (parsed.help !== undefined) {
    process.stdout.write(`${parsed.help}\n`);
  } else {
    const { result, text, remark, failed } = await parsed.command.run(parsed.input, readSettings(), write);
    if (remark !== undefined && !parsed.json) process.stderr.write(`${remark}\n\n`);
    if (result !== undefined) await write(parsed.json ? `${JSON.stringify(result)}\n` : `${text}\n`);
    if (failed === true) process.exitCode = 1;
  }
} catch (error) {
  process.stderr.write(`error: ${explain(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}

function write(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error == null ? resolve() : reject(error)));
  });
}

function explain(error: unknown): string {
  if (error instanceof DatabaseError) return `${error.message} ${error.fix}`;
  const known = [UsageError, RefusedError, SettingsError, StartError];
  if (known.some((kind) => error instanceof kind)) return (error as Error).message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
