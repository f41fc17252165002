import { randomInt } from "node:crypto";
import type { GatehouseAuthError, GatehouseAuthErrorCode } from "./gatehouse-auth-error.ts";

/** One line of the log. Contains no ticket, cookie, secret or user data. */
export interface LogEntry {
  readonly level: "error" | "warn";
  readonly time: string;
  readonly from: "gatehouse";
  readonly site: string;
  readonly code: GatehouseAuthErrorCode;
  readonly message: string;
  /** The reference code that a page showed to the user. */
  readonly reference?: string;
  /** The id of the same request in the hub's log. */
  readonly requestId?: string;
  readonly cause?: string;
}

/** Receives log entries. */
export type SiteLogger = (entry: LogEntry) => void;

/** Writes one line of JSON to the standard error stream. */
export const logToConsole: SiteLogger = (entry) => {
  console.error(JSON.stringify(entry));
};

/** Logs an error of the site's own code with its stack, as Next.js does for errors that reach it. */
export function logFault(error: unknown): void {
  console.error(error);
}

interface Context {
  readonly level?: LogEntry["level"];
  readonly reference?: string;
  readonly requestId?: string | undefined;
}

/** The log of one site. */
export interface SiteLog {
  /** Logs an error. */
  write(error: GatehouseAuthError, context?: Context): void;
  /** The same, at most once per code in ten seconds: a hub that is down fails every request. */
  writeSeldom(error: GatehouseAuthError, context?: Context): void;
  /** The same, once per code and process, for errors of the set-up, which do not change. */
  writeOnce(error: GatehouseAuthError, context?: Context): void;
}

interface SiteLogParts {
  readonly logger: SiteLogger;
  /** The clock, in milliseconds. */
  readonly now: () => number;
  readonly shared: object;
}

const key = Symbol.for("gatehouse.auth.written");

/**
 * The log of a site. The time of a code's last entry is kept per process, because Next.js gives pages, routes and the
 * proxy a copy of this module each, and each would log the same failure.
 */
export function siteLog(site: string, { logger, now, shared }: SiteLogParts): SiteLog {
  const holder = shared as { [key]?: Map<string, number> };
  holder[key] ??= new Map();
  const written = holder[key];
  const write = (error: GatehouseAuthError, { level = "error", reference, requestId }: Context = {}) => {
    const cause = causeOf(error.cause);
    written.set(`${site} ${error.code}`, now());
    logger({
      level,
      time: new Date(now()).toISOString(),
      from: "gatehouse",
      site,
      code: error.code,
      message: error.message,
      ...(reference && { reference }),
      ...(requestId && { requestId }),
      ...(cause && { cause }),
    });
  };
  return {
    write,
    writeSeldom(error, context) {
      const last = written.get(`${site} ${error.code}`) ?? Number.NEGATIVE_INFINITY;
      if (now() - last >= 10_000) write(error, context);
    },
    writeOnce(error, context) {
      if (!written.has(`${site} ${error.code}`)) write(error, context);
    },
  };
}

/** A short code that can be read out. Without 0, O, 1 and I. */
export function newReference(): string {
  const letters = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
  return Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join("");
}

/** The name and system code of a cause, without its message: messages of other libraries may quote tickets. */
function causeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined;
  const inner = cause.cause as { code?: unknown } | undefined;
  const code = (cause as { code?: unknown }).code ?? inner?.code;
  return typeof code === "string" ? `${cause.name} ${code}` : cause.name;
}
