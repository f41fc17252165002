import { readFormComponent, readUtf8, splitFormPair } from "../form-component.ts";

/** Decoded parameters of a request, each name once, in their order. Names are case-sensitive. */
export type RequestParameters = ReadonlyMap<string, string>;

export type ParameterErrorCode =
  | "parameter_duplicated"
  | "parameter_contradicted"
  | "parameter_badly_encoded"
  | "parameter_not_utf8"
  | "parameter_control_character"
  | "parameter_too_long"
  | "parameters_too_many";

const sentences: Readonly<Record<ParameterErrorCode, string>> = {
  parameter_duplicated: "A parameter was given twice; give it once.",
  parameter_contradicted:
    "A parameter of the form is not the one in the address that the form was sent to; give it once.",
  parameter_badly_encoded: "A parameter holds a percent sign that begins no code; encode it as %25.",
  parameter_not_utf8: "A parameter is not UTF-8; encode it as UTF-8 before percent-encoding.",
  parameter_control_character: "A parameter holds a control character or a line break; leave it out.",
  parameter_too_long: "A parameter is too long.",
  parameters_too_many: "The request has too many parameters.",
};

/** Parameters that are malformed or ambiguous. The message may be shown. */
export class ParameterError extends Error {
  override readonly name = "ParameterError";
  readonly code: ParameterErrorCode;
  /** Name of the faulty parameter, unescaped and untrusted; `null` if the name itself cannot be decoded. */
  readonly parameter: string | null;

  constructor(code: ParameterErrorCode, parameter: string | null) {
    super(sentences[code]);
    this.code = code;
    this.parameter = parameter;
  }
}

const longestName = 128;
const longestValue = 4096;
const mostParameters = 64;

// C0, DEL and C1: none belongs in a name, a ticket or a URL, and readers treat them differently.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters.
export const controlCharacter = /[\u0000-\u001f\u007f-\u009f]/;

/** Flags that may be repeated: some clients append one to an address that already has it. */
const flags: ReadonlySet<string> = new Set(["renew", "gateway"]);

/**
 * Parses the query or form of a request. Input that two parsers could read differently is refused. A parameter without `=`
 * has the empty value; an empty pair (`a=1&&b=2`) is ignored; a repeated flag with the same meaning counts once.
 *
 * An unencoded `service` (`service=http://x/y?a=b&c=d`) ends at the `&` here; `parseProtocolQuery` reads it as old clients
 * mean it.
 *
 * @param query the query, with or without its `?`, or the bytes of a body
 * @param options.typed names of fields that a user fills in. They may hold control characters and be of any length:
 *   a TAB pasted along with a username is a typing error to answer in the form, not a malformed request
 * @throws ParameterError with code and name of the first fault
 * @see CAS protocol 3.0.3, section 2.1.1 (names are case-sensitive)
 */
export function parseParameters(
  query: string | Uint8Array,
  { typed = [] }: { readonly typed?: readonly string[] | undefined } = {},
): RequestParameters {
  const text = typeof query === "string" ? query.replace(/^\?/, "") : readUtf8(query);
  if (text === null) throw new ParameterError("parameter_not_utf8", null);
  const parameters = new Map<string, string>();
  for (const pair of text.split("&")) {
    if (pair === "") continue;
    if (parameters.size === mostParameters) throw new ParameterError("parameters_too_many", null);
    const { name: encodedName, value: encodedValue } = splitFormPair(pair);
    const name = checked(readComponent(encodedName, null), null, longestName);
    const read = readComponent(encodedValue, name);
    const value = typed.includes(name) ? read : checked(read, name, longestValue);
    const earlier = parameters.get(name);
    if (earlier === undefined) parameters.set(name, value);
    else if (!flags.has(name) || isOn(earlier) !== isOn(value))
      throw new ParameterError("parameter_duplicated", name);
  }
  return parameters;
}

function readComponent(encoded: string, parameter: string | null): string {
  const read = readFormComponent(encoded);
  if ("fault" in read) {
    throw new ParameterError(
      read.fault === "not-utf8" ? "parameter_not_utf8" : "parameter_badly_encoded",
      parameter,
    );
  }
  return read.text;
}

function checked(text: string, parameter: string | null, longest: number): string {
  if (text.length > longest) throw new ParameterError("parameter_too_long", parameter);
  if (controlCharacter.test(text)) throw new ParameterError("parameter_control_character", parameter);
  return text;
}

/**
 * Whether a flag (`renew`, `gateway`) is set: any value sets it, as the specification says, except `false`.
 *
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function isSet(parameters: RequestParameters, name: string): boolean {
  const value = parameters.get(name);
  return value !== undefined && isOn(value);
}

function isOn(value: string): boolean {
  return value.toLowerCase() !== "false";
}
