/** Refuses prefetch requests: pages that a browser loads before a visit that may never happen. */
import { HubError } from "./hub-error.ts";

/** Headers of Firefox, Safari, old Chromium and current browsers, oldest first. */
const headers = ["x-moz", "x-purpose", "purpose", "sec-purpose"];

/** @see Speculation Rules, Sec-Purpose; Fetch Standard, section 3.7 */
export function isPrefetch(header: (name: string) => string | undefined): boolean {
  return headers.some((name) => /prefetch|prerender|preview/i.test(header(name) ?? ""));
}

/**
 * Browsers discard a prefetched error response and request the page again on the visit.
 *
 * @see Speculation Rules, prefetch (a response without an ok status fails)
 */
export function prefetchRefused(): HubError {
  return new HubError(403, "not_a_navigation", "This page cannot be prefetched", [
    "This address redirects you to a site, so it answers only when you open it. Nothing was sent to the site.",
    "Open it again.",
  ]);
}
