/**
 * The normal form in which service addresses are compared. Browsers, servers and clients rewrite an address between login
 * and validation; the normal form reverses only changes that never lead to another resource (docs/decisions/0021). No
 * browser is sent to it: redirects use the address that the site gave.
 */

/**
 * The path parameter in which Java servers put a session id into an address. A value with a percent code does not count: a
 * decoder such as nginx might read a slash or `..` in it and reach another resource.
 */
const sessionId = /;jsessionid=[^;%]*(?=;|$)/gi;

/** A dot segment, encoded or not, once its session id is gone. */
const dotSegment = /^(?:\.|%2e){1,2}$/i;

/** Characters that RFC 3986 allows in no path, so that they mean the same as their percent-encoding. */
const neverLiteral = /["<>\\^`{|}[\]]/g;

/**
 * Writes an address in normal form:
 *
 * - a `;jsessionid=…` of the path is dropped, with whatever a load balancer appended to it;
 * - a `?` with nothing behind it is dropped;
 * - in the path, percent codes are in capitals, and characters that no address may hold are encoded;
 * - in the query, names and values have one spelling: two queries are equal when a form decoder finds the same names and
 *   values in the same order.
 *
 * Encoded and literal syntax stay distinct (`%2F` and `/` in a path, `%26` and `&` in a query), and so do codes that only a
 * second decoding would make equal (`%2541` and `%41`).
 *
 * @param url one that `parseAddress` let through
 * @see RFC 3986, sections 2.1 and 6.2.2.1
 */
export function normalForm(url: URL): string {
  const path = withoutSessionIds(url.pathname)
    .replace(/%[0-9a-f]{2}/gi, (code) => code.toUpperCase())
    .replace(neverLiteral, encoded);
  const query = url.search.slice(1).split("&").map(normalPair).join("&");
  return url.origin + path + (query === "" ? "" : `?${query}`);
}

function normalPair(pair: string): string {
  const equals = pair.indexOf("=");
  if (equals < 0) return normalComponent(pair);
  return `${normalComponent(pair.slice(0, equals))}=${normalComponent(pair.slice(equals + 1))}`;
}

/** A name or value of a form: letters, digits and `-._~` as they are, each other byte as its code. */
function normalComponent(component: string): string {
  return component
    .replaceAll("+", " ")
    .replace(/%([0-9a-f]{2})|[^\w.~-]/gi, (found, code?: string) =>
      code === undefined ? encoded(found) : (unreserved(code) ?? found.toUpperCase()),
    );
}

/** The character of a code that is the same with and without encoding. */
function unreserved(code: string): string | undefined {
  const character = String.fromCharCode(Number.parseInt(code, 16));
  return /^[\w.~-]$/.test(character) ? character : undefined;
}

/** A character of ASCII; `encodeURIComponent` would leave some as they are. */
function encoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`;
}

/**
 * A path without the session ids of Java servers. A segment that would become `.` or `..` keeps its session id, because it
 * would name another resource.
 *
 * @see Java Servlet specification, section on URL rewriting (the parameter is named `jsessionid`)
 */
export function withoutSessionIds(path: string): string {
  return path
    .split("/")
    .map((segment) => {
      const bare = segment.replace(sessionId, "");
      return dotSegment.test(bare) ? segment : bare;
    })
    .join("/");
}
