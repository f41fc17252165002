import { CasError } from "./cas-error.ts";
import { normalForm } from "./service-normal-form.ts";

/** The address of a site that a ticket is issued for. */
export interface Service {
  /** The address for the browser, as the URL parser writes it, without fragment. */
  readonly url: string;
  /** A ticket is bound to it: two services are equal when their normal forms are. For comparison only, see `normalForm`. */
  readonly normalForm: string;
  /** Scheme, host and port. */
  readonly origin: string;
  /** Host of the address bar, with the port where it is not the scheme's own. */
  readonly host: string;
}

const longest = 2048;

// C0, DEL and C1: the URL parser drops some of them silently, so what a person or a log reads would not be where
// the browser goes.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const control = /[\u0000-\u001f\u007f-\u009f]/;

/**
 * Reads a service address: http or https (whether plain http will do, the site registry decides),
 * no user info, no control character, at most 2048 characters.
 *
 * - A *fragment* is dropped: it never reaches a server, and `ticket` put behind it would be lost.
 * - A `ticket` (or `SAMLart`) *already in the query* is refused: the site would get two and might spend the wrong one.
 *   A site that builds its service address from the page it is on has to take its old ticket out.
 * - `http:host` and `http:///host` are refused, although a browser would go somewhere with them.
 * - Clients that build the address from a decoded path send spaces, letters of any script and percent signs that
 *   begin no code: in path and query they are encoded.
 *
 * What comes out, `url` and `normalForm`, reads again as itself, so a value that is refused equals no service a
 * ticket is bound to.
 *
 * @throws CasError `INVALID_SERVICE`; which rule was broken, its description says
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function parseService(value: string): Service {
  const url = parseAddress(value, refuse);
  for (const name of ["ticket", "SAMLart"])
    if (url.searchParams.has(name)) refuse(`already holds a parameter named ${name}`);
  return serviceAt(url);
}

/**
 * The rules of an address that somebody hands us, whatever it is for. The fragment is dropped.
 *
 * @param refuse throws, with the rule that was broken
 */
export function parseAddress(value: string, refuse: (reason: string) => never): URL {
  if (value.length > longest) refuse(`is longer than ${longest} characters`);
  if (control.test(value)) refuse("holds a control character");
  const [, authority = "", path = "", query = ""] =
    /^(https?:\/\/[^/?#]+)([^?#]*)(\?[^#]*)?/i.exec(value) ??
    refuse("does not begin with https:// or http:// and a host");
  // To a browser a backslash is a slash, up to the query.
  if (`${authority}${path}`.includes("\\")) refuse("holds a backslash");
  if (/\s/.test(authority)) refuse("holds whitespace in its host");
  if (authority.includes("@")) refuse("holds a user name or password");
  const url = URL.parse(authority + encoded(path) + encoded(query));
  if (url === null) return refuse("is not a URL");
  // Percent-encoding may have made it longer than what came in.
  if (url.href.length > longest) refuse(`is longer than ${longest} characters`);
  return url;
}

/** Characters that a client decoded or never encoded. The URL parser would drop a trailing space and keep the others. */
function encoded(part: string): string {
  return part.replace(/ |\\|%(?![0-9a-f]{2})/gi, (character) => encodeURIComponent(character));
}

/** @param url one that `parseAddress` let through */
export function serviceAt(url: URL): Service {
  return { url: url.href, normalForm: normalForm(url), origin: url.origin, host: url.host };
}

function refuse(reason: string): never {
  throw new CasError("INVALID_SERVICE", `The service address ${reason}.`);
}

/** An address with more parameters, its own query left as it is. */
export function withParameters(service: Service, parameters: Readonly<Record<string, string>>): string {
  const url = new URL(service.url);
  const added = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  url.search = [...(url.search === "" ? [] : [url.search]), ...added].join("&");
  return url.href;
}
