/** Writes one log line per request, whatever the answer is. */
import { randomUUID } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Log } from "../log.ts";

/** Format of a request id that the hub accepts from a site. */
const requestIdShape = /^[A-Za-z0-9-]{8,64}$/;

/** @returns the caller's request id if its format is valid, otherwise a new one */
export function chooseRequestId(passed: string | readonly string[] | undefined): string {
  if (typeof passed === "string" && requestIdShape.test(passed)) return passed;
  // The last group is entirely random, and cheaper than requesting random bytes for each request.
  return randomUUID().slice(-12);
}

/** @param log the log of this request */
export function logResponse(log: Log, response: ServerResponse): void {
  const began = performance.now();
  response.once("close", () => {
    const milliseconds = Math.round(performance.now() - began);
    log.info({ event: "request.answered", status: response.statusCode, milliseconds }, "answered");
  });
}

/**
 * Masks secrets in a logged path, percent-encoded ones too: TGT tokens of REST paths and ids of the issuer's flows.
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
