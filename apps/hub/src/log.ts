/** The only place that imports pino. Writes one JSON object per line to standard output. */
import { write, writeSync } from "node:fs";
import { pino } from "pino";
import type { LogEvent } from "./log-events.ts";

/** Facts of a line. A line without `event` reports a failure that nothing expects, with the error as `err`. */
export interface LogLine {
  readonly event?: LogEvent;
  readonly [fact: string]: unknown;
}

type Write = (line: LogLine, message: string) => void;

export interface Log extends Readonly<Record<"debug" | "info" | "warn" | "error", Write>> {
  /** @param facts in each line of the child */
  child(facts: object): Log;
}

/** A write is a task for the thread pool, which costs several times what formatting a line does. */
const batchMilliseconds = 10;
/** Characters that wait while the output takes none; further lines are counted and dropped. */
const mostWaiting = 1_000_000;

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

/**
 * Standard output, to which the lines of a few milliseconds are written together. `process.exit` and errors that nothing
 * catches write the rest; kill -9 and an abort lose it. Own code, because the writer of pino tries again for ever when the
 * output is closed or its disk is full, also while the process exits.
 */
function batchedOutput(): { write(line: string): void } {
  let batch = "";
  let dropped = 0;
  let rest = Buffer.alloc(0);
  let isWriting = false;
  let isDue = false;

  const take = (): void => {
    const gap = dropped === 0 ? "" : droppedLine(dropped);
    rest = Buffer.concat([rest, Buffer.from(batch + gap)]);
    batch = "";
    dropped = 0;
  };
  const schedule = (): void => {
    if (isDue || isWriting) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      // Otherwise each further attempt would take lines past the limit.
      if (rest.length === 0) take();
      isWriting = true;
      write(1, rest, (error, written) => {
        isWriting = false;
        // A full pipe takes the same bytes later. Nothing else that fails can be reported anywhere.
        if (error !== null) rest = error.code === "EAGAIN" ? rest : Buffer.alloc(0);
        else rest = rest.subarray(written);
        if (rest.length > 0 || batch !== "") schedule();
      });
    }, batchMilliseconds).unref();
  };
  process.on("exit", () => {
    // A write in progress reaches the output by itself.
    if (isWriting) rest = Buffer.alloc(0);
    take();
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(1, rest));
    } catch {
      // The output is closed or full.
    }
  });
  return {
    write(line) {
      if (batch.length > mostWaiting) dropped += 1;
      else batch += line;
      schedule();
    },
  };
}

function droppedLine(lines: number): string {
  const time = new Date().toISOString();
  const line: LogLine = { event: "log.dropped", lines };
  return `${JSON.stringify({ level: 40, time, ...line, msg: "the output took no more lines" })}\n`;
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
