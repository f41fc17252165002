/** Errors in the shape of a registration, worded for its author. Values are not repeated. */
import { distance } from "fastest-levenshtein";
import { z } from "zod";
import { siteFile } from "./site-file.ts";

/** One fault of a registration. */
export interface RegistrationFault {
  /** Path of the field, separated by dots; items of a list count from 0. */
  readonly field: string;
  /** The fault, worded to follow the field's name. */
  readonly reason: string;
}

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Messages for errors that the schema does not explain. */
const sentences: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "invalid_type") return `should be ${kinds[issue.expected] ?? issue.expected}`;
  if (issue.code === "invalid_value") return `should be ${listed(issue.values.map(String))}`;
  if (issue.code === "too_small")
    return issue.origin === "array" ? "should have at least one item" : "should not be empty";
  if (issue.code === "too_big") return `should have at most ${issue.maximum} characters`;
  return "has a wrong value";
};

const kinds: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  boolean: "true or false, without quotes",
  array: "a list in [ ]",
  object: "an object in { }",
  record: "an object in { }",
  null: "null",
};

/** @returns all faults in the shape of the file; without faults, the registration */
export function readShape(
  json: unknown,
): { readonly faults: readonly RegistrationFault[] } | { readonly site: z.infer<typeof siteFile> } {
  const parsed = siteFile.safeParse(json, { error: sentences });
  if (parsed.success) return { site: parsed.data };
  return { faults: parsed.error.issues.flatMap((issue) => faultsOf(issue, json, [])) };
}

function faultsOf(issue: Issue, json: unknown, above: Path): readonly RegistrationFault[] {
  const path = [...above, ...issue.path];
  const field = fieldAt(path);
  if (issue.code === "unrecognized_keys")
    return issue.keys.map((name) => ({ field: fieldAt([...path, name]), reason: notKnown(name, path) }));
  if (issue.code === "invalid_key")
    return issue.issues.map(({ message }) => ({ field, reason: `as a name ${message}` }));
  if (issue.code === "invalid_union") {
    const meant = meantBranch(issue.errors);
    if (meant !== undefined) return meant.flatMap((one) => faultsOf(one, json, path));
  }
  const value = valueAt(json, path);
  if (value === undefined) return [{ field, reason: `is missing; ${issue.message}` }];
  // If the value has a permitted type, its type is not the fault and the message need not name it.
  const rightKinds = [kinds.string, ...(issue.code === "invalid_union" ? [kinds.object] : [])];
  const isOtherKind =
    issue.code === "invalid_type" ||
    (/^invalid_(value|union)$/.test(issue.code) && !rightKinds.includes(kindOf(value)));
  return [{ field, reason: isOtherKind ? `${issue.message}, and is ${kindOf(value)}` : issue.message }];
}

/** The alternative that the author probably meant: of the value's type, and with fewer faults than all others of that type. */
function meantBranch(branches: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const [first, second] = branches
    .filter((issues) => !issues.some(({ code, path }) => path.length === 0 && code !== "unrecognized_keys"))
    .sort((a, b) => a.length - b.length);
  return first !== undefined && first.length < (second?.length ?? Number.POSITIVE_INFINITY)
    ? first
    : undefined;
}

function kindOf(value: unknown): string {
  if (typeof value === "boolean") return "true or false";
  const kind = value === null ? "null" : Array.isArray(value) ? "array" : typeof value;
  return kinds[kind] ?? kind;
}

function listed(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** The path of a field; names with a dot or other special characters are quoted. */
function fieldAt(path: Path): string {
  const names = path.map((name) => (/^[\w$-]+$/.test(String(name)) ? String(name) : JSON.stringify(name)));
  return names.join(".") || "(file)";
}

function valueAt(json: unknown, path: Path): unknown {
  return path.reduce(
    (value, name) => (value === null || value === undefined ? undefined : Reflect.get(Object(value), name)),
    json,
  );
}

/** The part of a JSON Schema that lists the names of an object's fields. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

function notKnown(name: string, path: Path): string {
  const schema = z.toJSONSchema(siteFile, { io: "input" }) as Schema;
  const here = path.reduce<readonly Schema[]>(
    (found, key) => found.flatMap((one) => within(one, key)),
    [schema],
  );
  const nearest = nearestName(name, here.flatMap(alternatives).flatMap(namesOf));
  if (nearest !== undefined) return `is not known; did you mean ${nearest}?`;
  const sections = Object.entries(schema.properties ?? {}).filter(([, one]) => namesOf(one).includes(name));
  if (sections.length === 0) return "is not known";
  return `is not known here; it belongs under ${listed(sections.map(([section]) => section))}`;
}

function within(schema: Schema, key: PropertyKey): readonly Schema[] {
  return alternatives(schema).flatMap((one) =>
    typeof key === "number" ? (one.items ?? []) : (one.properties?.[String(key)] ?? []),
  );
}

function alternatives(schema: Schema): readonly Schema[] {
  return [schema, ...(schema.anyOf ?? [])];
}

function namesOf({ properties = {} }: Schema): readonly string[] {
  return Object.keys(properties);
}

/**
 * Finds the known name that was probably meant: the same but for capitals, hyphens and underscores, or different in at
 * most a quarter of its letters.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((candidate) => ({ candidate, away: distance(plain(name), plain(candidate)) }))
    .filter(({ candidate, away }) => away <= Math.ceil(candidate.length / 4))
    .sort((a, b) => a.away - b.away);
  return nearest?.candidate;
}

/** Maximum length of a compared name, in characters. Every known name is shorter, and the comparison takes quadratic time. */
const longestName = 60;

function plain(name: string): string {
  return name.slice(0, longestName).toLowerCase().replace(/[-_]/g, "");
}
