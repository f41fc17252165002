import { readFormComponent, splitFormPair } from "../form-component.ts";
import { parseParameters, type RequestParameters } from "./parameters.ts";

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

const services = new Set(["service", "targetService", "TARGET"]);

/** An address with a query, as it stands. */
const unencoded = /^https?:\/\/[^?]*\?/i;

/**
 * Reads the query of an endpoint that is given a service. Old clients do not encode it
 * (`service=http://x/y?a=b&c=d`): pairs that follow such a service and are no parameters of the protocol are
 * its own, up to the next one that is, and it is taken as it stands. What comes after that is again nobody's: a client
 * may add something of its own at login that it leaves out at validation. One that was encoded, has no query, or is followed by nothing foreign
 * is read like every other parameter. Login and validation read alike, so that a ticket is asked for and spent
 * for the same service; and what the service becomes is looked up in the registry like any other.
 *
 * @param options as of `parseParameters`
 * @throws ParameterError as `parseParameters`
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function parseProtocolQuery(
  rawQuery: string,
  options: Parameters<typeof parseParameters>[1] = {},
): RequestParameters {
  const pairs: string[][] = [];
  let open = false;
  for (const pair of rawQuery.replace(/^\?/, "").split("&")) {
    const { name: encodedName, value } = splitFormPair(pair);
    const name = readName(encodedName);
    if (open && !own.has(name)) pairs.at(-1)?.push(pair);
    else {
      pairs.push([pair]);
      open = services.has(name) && unencoded.test(value);
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
  // Half a surrogate pair cannot be encoded; the reader refuses it.
  if (more.length === 0 || !more.join().isWellFormed()) return [pair, ...more].join("&");
  const { name, value } = splitFormPair(pair);
  return `${name}=${encodeURIComponent([value, ...more].join("&"))}`;
}
