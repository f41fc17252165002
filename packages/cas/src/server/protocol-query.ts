import { readFormComponent, readUtf8, splitFormPair } from "../form-component.ts";
import { controlCharacter, ParameterError, parseParameters, type RequestParameters } from "./parameters.ts";

/** Parameters that end an unencoded service: every parameter that an endpoint with a service reads. */
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

/** An unencoded address: a form encoder would have encoded the colon and the slashes. */
const unencoded = /^https?:\/\//i;
/** The same, with a query. */
const unencodedWithQuery = /^https?:\/\/[^?]*\?/i;

/**
 * Reads the query, or the form, of an endpoint that receives an address. Old clients leave it unencoded
 * (`service=http://x/y?a=b&c=d`): parameters after such an address belong to it until the next parameter of the protocol,
 * and the address is taken unchanged. Later unknown parameters are ignored, because a client may add some at login and omit
 * them at validation. An address that is encoded, has no query, or is not followed by an unknown parameter is decoded like
 * every other parameter, except for characters that only a form encoder gives a meaning (`escapeStray`). Login and
 * validation read alike, so a ticket is issued and validated for the same service. The registry is checked as for any
 * service.
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
 * Reads only `format` from a query that `parseProtocolQuery` refuses, for the error response. A repeated `format` counts as
 * absent.
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

/** Decodes a name: every other parser reads `%74icket` as `ticket`. An undecodable name is no parameter of the protocol. */
function readName(encoded: string): string {
  const read = readFormComponent(encoded);
  return "text" in read ? read.text : "";
}

/** Joins a pair and the pairs that belong to it. */
function oneOf([pair = "", ...more]: readonly string[]): string {
  const { name, value } = splitFormPair(pair);
  const isUnencoded = addresses.has(readName(name)) && unencoded.test(value);
  if (more.length === 0) return isUnencoded ? `${name}=${escapeStray(value)}` : pair;
  // A lone surrogate cannot be encoded; `parseParameters` refuses it.
  if (!more.join().isWellFormed()) return [pair, ...more].join("&");
  return `${name}=${encodeURIComponent([value, ...more].join("&"))}`;
}

/**
 * Protects the characters of an unencoded address that form decoding would change: a `+` and its code, a percent sign that
 * begins no code, codes of bytes that are not UTF-8, codes of control characters. Other codes are decoded, because some
 * clients encode nothing of an address and some only its ampersands.
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
