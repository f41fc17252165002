/** Pages that a browser loads ahead of a visit, for somebody who may never go there. */
import { HubError } from "./hub-error.ts";

/** In the order of their age: Firefox, Safari, old Chromium, today's browsers. */
const headers = ["x-moz", "x-purpose", "purpose", "sec-purpose"];

/** @see Speculation Rules, Sec-Purpose; Fetch Standard, section 3.7 */
export function isLoadedAhead(header: (name: string) => string | undefined): boolean {
  return headers.some((name) => /prefetch|prerender|preview/i.test(header(name) ?? ""));
}

/**
 * A browser throws an answer away that is no success, and asks again when somebody goes there.
 *
 * @see Speculation Rules, prefetch (a response without an ok status fails)
 */
export function loadedAhead(): HubError {
  return new HubError(403, "not_a_navigation", "This page is not loaded ahead", [
    "This address sends you on to a site, so it answers only when you go there. Nothing was sent anywhere.",
    "Open it again.",
  ]);
}
