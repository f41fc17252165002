/** The only place that imports pino. Writes one JSON object per line to standard output. */
import { pino } from "pino";

export type Log = Pick<import("pino").Logger, "debug" | "info" | "warn" | "error" | "child">;

/** A write is a task for the thread pool, which costs several times what formatting a line does. */
const batchMilliseconds = 10;

/**
 * Keeps secrets out of the log by construction: no code logs a URL's query, a header or a body, and code that logs
 * about a ticket or token logs its public id or the site's id.
 *
 * @param level `debug`, `info`, `warn`, `error` or `silent`
 */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: describeError },
    },
    batchedOutput(),
  );
}

/** Standard output, to which lines of a few milliseconds are written together. Every exit of the process writes the rest. */
function batchedOutput(): { write(line: string): void } {
  const output = pino.destination({ dest: 1, sync: false, minLength: 4_096 });
  let isFlushDue = false;
  return {
    write(line) {
      output.write(line);
      if (isFlushDue) return;
      isFlushDue = true;
      setTimeout(() => {
        isFlushDue = false;
        output.flush();
      }, batchMilliseconds).unref();
    },
  };
}

/**
 * What went wrong and where, and none of what an error carries besides: a database says which values it was given
 * (`detail`, `where`), and an answer that failed holds its request.
 */
export function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { type: typeof error };
  const { name, message, stack, cause } = error;
  const { code } = error as { readonly code?: unknown };
  return {
    type: name,
    message,
    stack,
    ...(typeof code === "string" && { code }),
    ...(cause !== undefined && { cause: describeError(cause) }),
  };
}
