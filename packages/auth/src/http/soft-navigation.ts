import { isNavigation } from "./sent-by-browser.ts";

/**
 * Whether a script of the site's own pages fetches a route that is made for navigations. `next/link` does: it fetches a
 * page, the page redirects to the sign-in, and the fetch follows. Next.js hides which fetches are its own; fetches of
 * other sites stay refused.
 */
export function isSoftNavigation({ headers }: Request): boolean {
  return (
    headers.get("sec-fetch-site") === "same-origin" &&
    headers.get("sec-fetch-dest") === "empty" &&
    isNavigation(headers) === false
  );
}

/**
 * An answer that the router of Next.js cannot render, so that it makes the browser navigate to the address. Status 200,
 * because others would appear as errors in the browser's console.
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
