/** The only place that imports pino. Lines are JSON on standard output, one a line. */
import { pino } from "pino";

export type Log = Pick<import("pino").Logger, "debug" | "info" | "warn" | "error" | "child">;

/**
 * Secrets stay out of the log by construction: nobody logs a URL's query, a header or a body.
 * What names a ticket or a token logs its public id or the site's id instead.
 *
 * @param level `debug`, `info`, `warn`, `error` or `silent`
 */
export function createLog(level: string): Log {
  return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime });
}
