/** Distinguishes an unavailable database, which recovers by itself, from a fault of the hub. */
import { DatabaseError, type DatabaseErrorCode } from "@gatehouse/database";
import type { Log } from "../log.ts";
import { HubError } from "./hub-error.ts";

/** Connection errors: there is no server, or the connection ended during a request. */
const systemCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ETIMEDOUT",
  "EPIPE",
]);
/**
 * Server errors: connection exceptions; out of disk, memory or connections; stopping, crashed or starting up.
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const sqlStates = /^(08...|53...|57P0[1-5])$/;
/** @see https://www.prisma.io/docs/orm/reference/error-reference */
const prismaCodes = /^P(1001|1002|1008|1017|2024|2028|2037)$/;
/** Code of a `DatabaseError` that Prisma has wrapped: it copies the code and drops the cause. */
const ownCode: DatabaseErrorCode = "unreachable";
/** Messages of pg that have no code, alone or on a line of Prisma's message. */
const words =
  /^(Connection terminated|timeout exceeded when trying to connect|timeout expired|Query read timeout|Client (was closed|has encountered a connection error) and is not queryable)/m;

/** @returns a short reason for the log; `undefined`: the error is not an outage */
export function databaseOutage(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if (error instanceof DatabaseError) return error.code;
  const { code } = error as { readonly code?: unknown };
  if (typeof code === "string" && isOutage(code)) return code;
  const [reason] = words.exec(error.message) ?? [];
  if (reason !== undefined) return reason;
  return databaseOutage(error.cause);
}

function isOutage(code: string): boolean {
  return code === ownCode || systemCodes.has(code) || sqlStates.test(code) || prismaCodes.test(code);
}

/** @param log the log of the request */
export function logOutage(log: Log, reason: string): void {
  log.error({ event: "database.unavailable", reason }, "the database is unavailable");
}

/** Sessions survive the outage: they are a row in the database and a cookie. */
export function databaseUnavailable(): HubError {
  return new HubError(503, "database_unavailable", "Please try again in a moment", [
    "The sign-in service cannot reach its memory right now. You did nothing wrong, and you are still signed in where you were.",
    "Wait a moment, then load this page again.",
  ]);
}
