import { isNavigation } from "./sent-by-browser.ts";

/**
 * Whether a script of the site's own pages asks, where only a browser that goes somewhere has business.
 *
 * `next/link` does: it fetches a page, the page sends on to sign in, and the fetch follows. Next.js hides which fetches
 * are its own; those of other sites say so and stay refused.
 */
export function isSoftNavigation({ headers }: Request): boolean {
  return (
    headers.get("sec-fetch-site") === "same-origin" &&
    headers.get("sec-fetch-dest") === "empty" &&
    isNavigation(headers) === false
  );
}

/**
 * An answer that the router of Next.js cannot draw, so that it has the browser go to the address: there it is answered.
 * Not a failure, or each such click would be one in the browser's console.
 */
export function leaveToNavigation(): Response {
  return new Response("Go to this address: <a>, or location.assign(). It cannot be fetched.\n", {
    headers: {
      "content-type": "text/plain; charset=utf-8",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
