import { CasError } from "./cas-error.ts";
import { normalForm } from "./service-normal-form.ts";

/** The address of a site that a ticket is issued for. */
export interface Service {
  /** The address for the browser, as the URL parser writes it, without fragment. */
  readonly url: string;
  /** Form that tickets are bound to and compared by (`normalForm`); never sent to a browser. */
  readonly normalForm: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Host of the address bar, with the port where it is not the scheme's own. */
  readonly host: string;
}

const longest = 2048;

// C0, DEL and C1. The URL parser drops some of them silently, so a user or a log would read another address than the one
// the browser opens.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters.
const control = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Parses a service address: http or https, no user info, no control character, at most 2048 characters. Whether plain
 * http is allowed is decided by the site registry.
 *
 * - A *fragment* is dropped: it never reaches a server, and a `ticket` appended to it would be lost.
 * - A `ticket` (or `SAMLart`) *already in the query* is refused: the site would receive two and could validate the wrong
 *   one. A site that builds its service address from the current page has to remove the old ticket.
 * - `http:host` and `http:///host` are refused, although browsers accept them.
 * - Spaces, letters of any script and bare percent signs are encoded in path and query, because some clients build the
 *   address from a decoded path.
 *
 * Parsing `url` or `normalForm` again gives the same result, so a refused value never equals a service that a ticket is
 * bound to.
 *
 * @throws CasError `INVALID_SERVICE`; its description names the broken rule
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function parseService(value: string): Service {
  const url = parseAddress(value, refuse);
  for (const name of ["ticket", "SAMLart"])
    if (url.searchParams.has(name)) refuse(`already holds a parameter named ${name}`);
  return serviceAt(url);
}

/**
 * Parses an address from outside by the rules that services and proxy callbacks share. Drops the fragment.
 *
 * @param refuse throws an error that names the broken rule
 */
export function parseAddress(value: string, refuse: (reason: string) => never): URL {
  if (value.length > longest) refuse(`is longer than ${longest} characters`);
  if (control.test(value)) refuse("holds a control character");
  const [, authority = "", path = "", query = ""] =
    /^(https?:\/\/[^/?#]+)([^?#]*)(\?[^#]*)?/i.exec(value) ??
    refuse("does not begin with https:// or http:// and a host");
  // Browsers treat a backslash before the query as a slash.
  if (`${authority}${path}`.includes("\\")) refuse("holds a backslash");
  if (/\s/.test(authority)) refuse("holds whitespace in its host");
  if (authority.includes("@")) refuse("holds a username or password");
  const url = URL.parse(authority + encoded(path) + encoded(query));
  if (url === null) return refuse("is not a URL");
  // Percent-encoding may have made the address longer.
  if (url.href.length > longest) refuse(`is longer than ${longest} characters`);
  return url;
}

/** Encodes characters that the client decoded or never encoded. The URL parser would drop a trailing space. */
function encoded(part: string): string {
  return part.replace(/ |\\|%(?![0-9a-f]{2})/gi, (character) => encodeURIComponent(character));
}

/** @param url result of `parseAddress` */
export function serviceAt(url: URL): Service {
  return { url: url.href, normalForm: normalForm(url), origin: url.origin, host: url.host };
}

function refuse(reason: string): never {
  throw new CasError("INVALID_SERVICE", `The service address ${reason}.`);
}

/** Appends parameters to an address; its own query stays unchanged, character by character. */
export function withParameters(service: Service, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(service.url);
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  url.search = [...(url.search === "" ? [] : [url.search]), ...added].join("&");
  return url.href;
}
