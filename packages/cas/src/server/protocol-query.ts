import { readFormComponent, readUtf8, splitFormPair } from "../form-component.ts";
import { controlCharacter, ParameterError, parseParameters, type RequestParameters } from "./parameters.ts";

/** What a service may not swallow: every parameter that an endpoint with a service reads. */
const own = new Set([
  "service",
  "targetService",
  "TARGET",
  "ticket",
  "renew",
  "gateway",
  "method",
  "format",
  "pgtUrl",
  "pgt",
  "warn",
  "rememberMe",
  "lt",
  "username",
  "password",
  "reason",
  "return",
]);

const addresses = new Set(["service", "targetService", "TARGET", "pgtUrl"]);

/** An address that no form encoded: it would have encoded the colon and the slashes. */
const unencoded = /^https?:\/\//i;
/** The same, with a query. */
const unencodedWithQuery = /^https?:\/\/[^?]*\?/i;

/**
 * Reads the query, or the form, of an endpoint that is given an address. Old clients do not encode it
 * (`service=http://x/y?a=b&c=d`): pairs that follow such an address and are no parameters of the protocol are
 * its own, up to the next one that is, and it is taken as it stands. What comes after that is again nobody's: a client
 * may add something of its own at login that it leaves out at validation. One that was encoded, has no query, or is
 * followed by nothing foreign is read like every other parameter, but for what only a form gives a meaning
 * (`escapeStray`). Login and validation read alike, so that a ticket is asked for and spent
 * for the same service; and what the service becomes is looked up in the registry like any other.
 *
 * @param sent the query, with or without its `?`, or the bytes of a form
 * @param options as of `parseParameters`
 * @throws ParameterError as `parseParameters`
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function parseProtocolQuery(
  sent: string | Uint8Array,
  options: Parameters<typeof parseParameters>[1] = {},
): RequestParameters {
  const text = typeof sent === "string" ? sent.replace(/^\?/, "") : readUtf8(sent);
  if (text === null) throw new ParameterError("parameter_not_utf8", null);
  const pairs: string[][] = [];
  let open = false;
  for (const pair of text.split("&")) {
    const { name: encodedName, value } = splitFormPair(pair);
    const name = readName(encodedName);
    if (open && !own.has(name)) pairs.at(-1)?.push(pair);
    else {
      pairs.push([pair]);
      open = addresses.has(name) && unencodedWithQuery.test(value);
    }
  }
  return parseParameters(pairs.map(oneOf).join("&"), options);
}

/**
 * What can still be read of a query that `parseProtocolQuery` refuses: in what format to say so. Given twice, it is as if
 * not given.
 *
 * @see CAS protocol 3.0.3, section 2.5.1
 */
export function parseFormatAlone(rawQuery: string): RequestParameters {
  const formats = rawQuery
    .replace(/^\?/, "")
    .split("&")
    .map(splitFormPair)
    .filter(({ name }) => readName(name) === "format");
  const [format, ...more] = formats;
  const read = format === undefined || more.length > 0 ? undefined : readFormComponent(format.value);
  return new Map(read !== undefined && "text" in read ? [["format", read.text]] : []);
}

/** Decoded: `%74icket` is a ticket to every other reader. What cannot be is no parameter of the protocol. */
function readName(encoded: string): string {
  const read = readFormComponent(encoded);
  return "text" in read ? read.text : "";
}

/** A pair with what belongs to it. */
function oneOf([pair = "", ...more]: readonly string[]): string {
  const { name, value } = splitFormPair(pair);
  const isUnencoded = addresses.has(readName(name)) && unencoded.test(value);
  if (more.length === 0) return isUnencoded ? `${name}=${escapeStray(value)}` : pair;
  // Half a surrogate pair cannot be encoded; the reader refuses it.
  if (!more.join().isWellFormed()) return [pair, ...more].join("&");
  return `${name}=${encodeURIComponent([value, ...more].join("&"))}`;
}

/**
 * Some clients encode nothing of an address, some only its ampersands: codes of text are decoded for both. What no
 * form would have written is the address's own and stays as it is: a `+` and its code, a percent sign that begins no
 * code, codes of bytes that are not UTF-8, codes of control characters.
 */
function escapeStray(address: string): string {
  return address
    .replace(/%2B/gi, "%252B")
    .replaceAll("+", "%2B")
    .replace(/(?:%[0-9a-f]{2})+|%/gi, (codes) => (isText(codes) ? codes : codes.replaceAll("%", "%25")));
}

function isText(codes: string): boolean {
  const read = readFormComponent(codes);
  return "text" in read && !controlCharacter.test(read.text);
}
