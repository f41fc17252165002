/** Pages of the hub that a user comes back to after signing in, read off the routes: none is listed by hand. */
import type { Route } from "./route.ts";

/**
 * The address to go to for a `return` parameter: path and query of one of the hub's own pages.
 *
 * @returns `undefined` for any other address, written however
 */
export type OwnPage = (address: string) => string | undefined;

/** What begins no path of ours: another host to a browser, and what a browser reads otherwise than a server. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop some of them before they read an address
const strange = /^\/\/|[\\\u0000-\u0020\u007f]/;

/** @param routes of which those count that show a page to a user who is signed in, or ask for a sign-in themselves */
export function ownPagesOf(routes: readonly Route[]): OwnPage {
  const pages = routes.filter(isReturnedTo).map(({ path }) => patternOf(path));
  return (address) => {
    if (!address.startsWith("/") || strange.test(address)) return undefined;
    // The host is only there to be compared: an address that leads to another one is none of ours.
    const url = URL.parse(address, origin);
    if (url?.origin !== origin || !pages.some((page) => page.test(url.pathname))) return undefined;
    // Dots and the like would be read away; a page of ours is written as it is.
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

/** A parameter of the path stands for letters, digits, `-` and `_`. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:\w+/g, "[\\w-]{1,64}")}$`);
}
