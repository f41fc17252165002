/** The only place that imports pino. Lines are JSON on standard output, one a line. */
import { pino } from "pino";

export type Log = Pick<import("pino").Logger, "debug" | "info" | "warn" | "error" | "child">;

/**
 * Secrets stay out of the log by construction: no code logs a URL's query, a header or a body.
 * What names a ticket or a token logs its public id or the site's id instead.
 *
 * @param level `debug`, `info`, `warn`, `error` or `silent`
 */
export function createLog(level: string): Log {
  return pino({
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  });
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
