/** Pages of the hub that a user can return to after signing in, derived from the route table. */
import type { Route } from "./route.ts";

/**
 * The address to go to for a `return` parameter: path and query of one of the hub's own pages.
 *
 * @returns `undefined` for any other address, in any spelling
 */
export type ReadOwnPage = (address: string) => string | undefined;

/** Matches addresses that a browser reads as another host, or differently from a server. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop some of them before they read an address
const strange = /^\/\/|[\\\u0000-\u0020\u007f]/;

/** @param routes all routes; only pages that need a signed-in user, or ask for a sign-in themselves, count */
export function createOwnPageReader(routes: readonly Route[]): ReadOwnPage {
  const pages = routes.filter(isReturnedTo).map(({ path }) => patternOf(path));
  return (address) => {
    if (!address.startsWith("/") || strange.test(address)) return undefined;
    // The origin is only for comparison: an address that leads to another origin is not the hub's.
    const url = URL.parse(address, origin);
    if (url?.origin !== origin || !pages.some((page) => page.test(url.pathname))) return undefined;
    // The parser would normalize dot segments; an address of the hub contains none.
    return address.split(/[?#]/, 1)[0] === url.pathname ? url.pathname + url.search : undefined;
  };
}

const origin = "http://hub.invalid";

function isReturnedTo({ method, speaks, antiForgery, caller, asksForSignIn }: Route): boolean {
  const isPage =
    method === "GET" &&
    speaks === "html" &&
    (antiForgery === "changes-nothing" || antiForgery === "navigation");
  return isPage && (caller === "person" || asksForSignIn === true);
}

/** A path parameter matches letters, digits, `-` and `_`. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:\w+/g, "[\\w-]{1,64}")}$`);
}
