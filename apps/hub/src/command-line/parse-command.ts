/** Parses a command line: finds the command, its words and its options. */
import { parseArgs } from "node:util";
import type { Settings } from "../settings/env.ts";

export interface Command {
  /** `user add` */
  readonly name: string;
  /** Description in one line, for the help. */
  readonly summary: string;
  /** Required words after the name, such as `<username>`. */
  readonly words: readonly string[];
  /** Options besides `--json` and `--help`, by name. */
  readonly options: Readonly<Record<string, Option>>;
  /** @param write writes to standard output at once, for a result that is too long to return */
  run(
    input: CommandInput,
    settings: Settings,
    write: (text: string) => Promise<void>,
  ): Promise<CommandResult>;
}

export interface CommandResult {
  /** For `--json`; `undefined`: the command has written its result. */
  readonly result: unknown;
  readonly text: string;
  /** Sentences about `text`, on standard error: a shell can then write `text` to a file. Not for `--json`. */
  readonly remark?: string;
  /** The result is bad news: exit code 1. */
  readonly failed?: boolean;
}

export interface Option {
  /** Name of its value, such as `<address>`; `null` for a switch. */
  readonly value: string | null;
  readonly meaning: string;
  /** The option is required. */
  readonly needed?: true;
}

export interface CommandInput {
  /** Value of a word, by its name without brackets. */
  word(name: string): string;
  option(name: string): string | undefined;
  flag(name: string): boolean;
}

/** The command line is valid, but the command cannot run; the message gives the reason and the remedy. */
export class RefusedError extends Error {
  override readonly name = "RefusedError";
}

/** The command line is invalid: exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export type Parsed =
  | { readonly help: string }
  | {
      readonly help?: undefined;
      readonly command: Command;
      readonly input: CommandInput;
      readonly json: boolean;
    };

/**
 * Help is requested by `--help`, `-h` or `help`, or by no words at all.
 *
 * @throws UsageError with the fault, and with the expected command line or the possible commands
 */
export function parseCommand(commands: readonly Command[], words: readonly string[]): Parsed {
  const command = commands.find(({ name }) => `${words.join(" ")} `.startsWith(`${name} `));
  if (command === undefined) {
    if (words.length === 0 || words[0] === "help" || words.includes("--help") || words.includes("-h"))
      return { help: overview(commands, words) };
    throw new UsageError(unknownCommand(commands, words));
  }
  const { values, positionals } = parseRest(command, words.slice(command.name.split(" ").length));
  if (values.help === true) return { help: usage(command) };
  if (positionals.length !== command.words.length) throw new UsageError(`use: ${line(command)}`);
  const missing = Object.keys(command.options).find(
    (name) => command.options[name]?.needed && values[name] === undefined,
  );
  if (missing !== undefined) throw new UsageError(`--${missing} is needed. Use: ${line(command)}`);
  const input: CommandInput = {
    word: (name) => positionals[command.words.indexOf(`<${name}>`)] ?? "",
    option: (name) => (typeof values[name] === "string" ? values[name] : undefined),
    flag: (name) => values[name] === true,
  };
  return { command, input, json: values.json === true };
}

function parseRest(
  command: Command,
  args: readonly string[],
): {
  readonly values: Readonly<Record<string, string | boolean | undefined>>;
  readonly positionals: readonly string[];
} {
  const own = Object.entries(command.options).map(
    ([name, { value }]) => [name, { type: value === null ? "boolean" : "string" }] as const,
  );
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...Object.fromEntries(own),
        json: { type: "boolean" },
        help: { type: "boolean", short: "h" },
      },
    });
    return { values: { ...values }, positionals };
  } catch (error) {
    // Node's first sentence; the second is about words that begin with a hyphen, which no command has.
    const [what] = (error as Error).message.split(". ");
    throw new UsageError(`${what}. Use: ${line(command)}`);
  }
}

function line(command: Command): string {
  const optional = Object.entries(command.options)
    .filter(([, { needed }]) => !needed)
    .map((option) => `[${written(option)}]`);
  return ["npm run hub --", beginning(command), ...optional, "[--json]"].join(" ");
}

/** Required words and options. */
function beginning({ name, words, options }: Command): string {
  const needed = Object.entries(options).filter(([, option]) => option.needed);
  return [name, ...words, ...needed.map(written)].join(" ");
}

function written([name, { value }]: readonly [string, Option]): string {
  return `--${name}${value === null ? "" : ` ${value}`}`;
}

function usage(command: Command): string {
  const options = Object.entries({
    ...command.options,
    json: { value: null, meaning: "print JSON for scripts; begin with: npm run -s hub --" },
  });
  return [
    line(command),
    "",
    command.summary,
    "",
    ...options.map(([name, { meaning }]) => `  --${name.padEnd(14)} ${meaning}`),
  ].join("\n");
}

/** Lists the commands that begin with the same word, if there are any. */
function unknownCommand(commands: readonly Command[], words: readonly string[]): string {
  const [first, second] = words;
  const fault = `there is no command "${[first, second].filter(Boolean).join(" ")}".`;
  const alike = commandsOf(commands, first);
  if (alike.length === 0) return `${fault} See: npm run hub -- --help`;
  return [`${fault} Commands of ${first}:`, ...alike.map(overviewLine)].join("\n");
}

/** Lists the commands that begin with one of the words, if there are any; otherwise all. */
function overview(commands: readonly Command[], words: readonly string[]): string {
  const alike = words.flatMap((word) => commandsOf(commands, word));
  return [
    "The operator's command line. Every command takes --help and --json.",
    "Where a program reads the output, begin with npm run -s hub --, so that npm prints no lines of its own.",
    "",
    ...(alike.length === 0 ? commands : alike).map(overviewLine),
  ].join("\n");
}

const commandsOf = (commands: readonly Command[], first: string | undefined): readonly Command[] =>
  commands.filter(({ name }) => name.split(" ")[0] === first);

function overviewLine(command: Command): string {
  return `  ${beginning(command).padEnd(38)} ${command.summary}`;
}
