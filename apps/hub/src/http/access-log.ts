/** One line for each request, however it is answered. */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Log } from "../log.ts";

/** What a site may pass on as request id. */
const requestIdShape = /^[A-Za-z0-9-]{8,64}$/;

/** @returns the id that the caller passed on, where it is one, else a new one */
export function chooseRequestId(passed: string | readonly string[] | undefined): string {
  if (typeof passed === "string" && requestIdShape.test(passed)) return passed;
  // The last group is random throughout, and cheaper than bytes that are asked for one request at a time.
  return randomUUID().slice(-12);
}

/** @param log knows of which request it is */
export function logAnswered(log: Log, response: ServerResponse): void {
  const began = performance.now();
  response.once("close", () => {
    const milliseconds = Math.round(performance.now() - began);
    log.info({ event: "request", status: response.statusCode, milliseconds }, "answered");
  });
}

/**
 * A path without what opens something: REST names a session by its token, and a flow of the issuer its secret. However
 * it was written: what is decoded for the route may not be readable in the log.
 */
export function loggedPath(path: string): string {
  const decoded = /%[0-9a-f]{2}/i.test(path) ? (safelyDecoded(path) ?? "…") : path;
  return decoded
    .replace(/TGT-[^/]*/gi, "TGT-…")
    .replace(/^(\/oidc\/(?:auth|interaction|request)\/)[^/]+/i, "$1…");
}

function safelyDecoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}
