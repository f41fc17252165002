import type { Log, LogLine } from "../log.ts";

/** A log that keeps its lines for assertions. */
export interface MemoryLog {
  readonly log: Log;
  /** Each line as JSON text, errors with message and stack. */
  readonly lines: string[];
}

export function createMemoryLog(): MemoryLog {
  const lines: string[] = [];
  const bound = (bindings: object): Log => {
    const write =
      (level: string) =>
      (line: LogLine, message: string): void => {
        lines.push(JSON.stringify({ level, ...bindings, ...line, msg: message }, plainly));
      };
    const log = { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
    return { ...log, child: (more) => bound({ ...bindings, ...more }) };
  };
  return { log: bound({}), lines };
}

function plainly(_: string, value: unknown): unknown {
  return value instanceof Error
    ? { ...value, name: value.name, message: value.message, stack: value.stack, cause: value.cause }
    : value;
}
