/**
 * Generates `docs/reference.md` from the sources that the programs themselves read: settings from `.env.example` and from
 * the errors of the settings parser, registration fields from the JSON Schema, a site's settings from the README of
 * `packages/auth`. Text outside the generated parts is written by hand. Run alone, it rewrites the file; a test fails
 * while the file is stale.
 */
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { readSettings } from "./settings/env.ts";
import { SettingsError } from "./settings/start-errors.ts";
import { siteSchema } from "./site-registry/site-schema.ts";

const root = resolve(import.meta.dirname, "../../..");
export const referenceFile = resolve(root, "docs/reference.md");

/** A setting of `.env.example`. */
export interface DocumentedSetting {
  readonly section: string;
  readonly name: string;
  readonly meaning: string;
  /** Text after `=`; empty if the setting has no fixed default. */
  readonly value: string;
}

/** A secret, without which the parser accepts no other setting. */
const secrets = { HUB_SECRETS: "s".repeat(32) };

/** @returns the settings of `.env.example`, in its order */
export function documentedSettings(): readonly DocumentedSetting[] {
  let section = "";
  return readFileSync(resolve(root, ".env.example"), "utf8")
    .split("\n\n")
    .flatMap((paragraph) => {
      const lines = paragraph.trim().split("\n");
      section = /^# --- (.+?) -+$/.exec(lines[0] ?? "")?.[1] ?? section;
      const [, name, value = ""] = /^#([A-Z_]+)=(.*)$/.exec(lines.at(-1) ?? "") ?? [];
      if (name === undefined) return [];
      const comment = lines.slice(0, -1).map((line) => line.replace(/^# ?/, ""));
      return [{ section, name, meaning: comment.join(" "), value }];
    });
}

/**
 * The accepted values of a setting, in the words of the parser's own error.
 *
 * @returns an empty text for a setting that accepts any text or that the hub does not read
 */
function acceptedValues(name: string): string {
  try {
    readSettings({ ...secrets, [name]: "\u{fffd}" });
  } catch (error) {
    if (!(error instanceof SettingsError) || error.setting !== name) throw error;
    const [, words = ""] = / should (?:be|list) (.*?)(?: \(got |$)/s.exec(error.message) ?? [];
    return words.replaceAll(/\b\d+s(?= to|,)/g, inLargestUnit);
  }
  return "";
}

/** `2592000s` as `30d`. */
function inLargestUnit(text: string): string {
  const seconds = Number(text.slice(0, -1));
  const units = { d: 86_400, h: 3600, m: 60, s: 1 };
  const [unit, size] = Object.entries(units).find(([, one]) => seconds % one === 0) ?? ["s", 1];
  return `${seconds / size}${unit}`;
}

function settingTables(): string {
  const settings = documentedSettings();
  const sections = [...new Set(settings.map(({ section }) => section))];
  return sections
    .map((section) => {
      const rows = settings
        .filter((setting) => setting.section === section)
        .map(({ name, meaning, value }) => [code(name), meaning, code(value), acceptedValues(name)]);
      return `### ${section}\n\n${table(["setting", "meaning", "default", "accepted values"], rows)}`;
    })
    .join("\n\n");
}

/** The parts of a JSON Schema that registrations use. */
interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
}

function fieldTables(): string {
  const { properties = {}, required } = siteSchema() as Schema;
  const parts = ["cas", "oidc", "api"].map((part) => {
    const schema = properties[part] ?? {};
    return `### \`${part}\`\n\n${schema.description} Optional.\n\n${fieldTable(fieldsOf(schema, `${part}.`))}`;
  });
  const common = Object.fromEntries(
    Object.entries(properties).filter(([name]) => !/^(cas|oidc|api|\$schema)$/.test(name)),
  );
  const fields = fieldsOf({ properties: common, ...(required && { required }) }, "");
  return [`### Every site\n\n${fieldTable(fields)}`, ...parts].join("\n\n");
}

function fieldsOf(schema: Schema, prefix: string): readonly (readonly string[])[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const standard = field.default === undefined ? "" : code(JSON.stringify(field.default));
    const isRequired = schema.required?.includes(name) === true;
    const row = [
      code(prefix + name),
      typeOf(field),
      isRequired ? "required" : standard,
      field.description ?? "",
    ];
    // The members of a key are those of RFC 7517; every other object has fields of its own.
    const inner = name === "jwks" ? [] : fieldsOf(field, `${prefix}${name}.`);
    return [row, ...inner];
  });
}

function fieldTable(rows: readonly (readonly string[])[]): string {
  return table(["field", "type", "default", "meaning"], rows);
}

function typeOf({ type, enum: values, anyOf, items, required }: Schema): string {
  if (values !== undefined) return values.map(code).join(", ");
  if (anyOf !== undefined) return anyOf.map(typeOf).join("; or ");
  if (type === "array")
    return items?.enum || items?.anyOf ? `list of ${typeOf(items)}` : `list of ${items?.type}s`;
  return required === undefined
    ? (type ?? "")
    : code(`{ ${required.map((name) => `"${name}": …`).join(", ")} }`);
}

/** Variables and options of the package that sites install, from its README and from the guide to APIs. */
function siteSettings(): string {
  const variables = tableAfter("packages/auth/README.md", "Variables:");
  const options = tableAfter("packages/auth/README.md", "Options of `gatehouse({ … })`:");
  const apiOptions = tableAfter("docs/guides/protect-an-api.md", "Options of `protectApi({ … })`:");
  return [
    variables,
    "Options of `gatehouse({ … })`:",
    options,
    "Options of `protectApi({ … })`:",
    apiOptions,
  ].join("\n\n");
}

/** The table below a line of a document, with its links resolved from the folder of the reference. */
function tableAfter(document: string, line: string): string {
  const [, rest = ""] = readFileSync(resolve(root, document), "utf8").split(`${line}\n\n`);
  const [text = ""] = rest.split("\n\n");
  const cells = text.split("\n").map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const [head = [], , ...rows] = cells;
  if (rows.length === 0) throw new Error(`${document} lacks the table below "${line}"`);
  const link = `](../${document}#`;
  return table(
    head,
    rows.map((row) => row.map((cell) => cell.replaceAll("](#", link))),
  );
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `|${cells.map((cell) => (cell === "" ? " " : ` ${cell.replaceAll("|", "\\|")} `)).join("|")}|`;
  return [line(head), `|${head.map(() => "---|").join("")}`, ...rows.map(line)].join("\n");
}

/**
 * @param text the present file
 * @returns the same file with its generated parts replaced
 */
export function writeReference(text: string): string {
  const parts = { settings: settingTables(), "site-settings": siteSettings(), registration: fieldTables() };
  return Object.entries(parts).reduce((before, [name, part]) => {
    const [begin, end] = [`<!-- begin: ${name} -->`, `<!-- end: ${name} -->`];
    const [head, rest = ""] = before.split(begin);
    const [, tail] = rest.split(end);
    if (tail === undefined) throw new Error(`${referenceFile} lacks the marks of the part ${name}`);
    return `${head}${begin}\n\n${part}\n\n${end}${tail}`;
  }, text);
}

if (import.meta.main) await writeFile(referenceFile, writeReference(readFileSync(referenceFile, "utf8")));
