import { readFileSync } from "node:fs";

/** A table as `schema.prisma` wants it, in the words of PostgreSQL. */
export interface WantedTable {
  readonly columns: Readonly<Record<string, string>>;
  /** Index name to what it is; foreign keys among them. */
  readonly keys: Readonly<Record<string, string>>;
}

const types: Readonly<Record<string, string>> = {
  String: "text",
  "String[]": "_text",
  "String @db.Uuid": "uuid",
  "String @db.VarChar(255)": "varchar(255)",
  Boolean: "bool",
  Int: "int4",
  BigInt: "int8",
  Json: "jsonb",
  "DateTime @db.Timestamptz(3)": "timestamptz(3)",
};

interface Field {
  readonly name: string;
  readonly column: string;
  readonly type: string;
  readonly optional: boolean;
  readonly attributes: string;
}

/**
 * Reads the tables that `schema.prisma` describes, as far as our own uses the language. Prisma's own comparison needs
 * an engine that closed networks cannot download; this is for the test that keeps schema and migrations in step.
 */
export function readPrismaSchema(path: string): Map<string, WantedTable> {
  const models = [...readFileSync(path, "utf8").matchAll(/^model (\w+) \{\n([\s\S]*?)^\}/gm)];
  const names = new Map(
    models.map(([, model = "", body = ""]) => [model, /@@map\("(\w+)"\)/.exec(body)?.[1] ?? model]),
  );
  return new Map(
    models.map(([, model = "", body = ""]) => [names.get(model) ?? model, tableOf(body, names)]),
  );
}

function tableOf(body: string, names: ReadonlyMap<string, string>): WantedTable {
  const table = /@@map\("(\w+)"\)/.exec(body)?.[1] ?? "";
  const lines = body.split("\n").map((line) => line.trim());
  const fields = lines.flatMap(fieldOf);
  const columnsOf = (list: string) =>
    list.split(",").map((name) => fields.find((f) => f.name === name.trim())?.column ?? "");
  const keys: Record<string, string> = {};
  for (const field of fields) {
    if (/@id\b/.test(field.attributes)) keys[`${table}_pkey`] = `primary ${field.column}`;
    if (/@unique\b/.test(field.attributes)) keys[`${table}_${field.column}_key`] = `unique ${field.column}`;
  }
  for (const [, kind = "", list = ""] of body.matchAll(/@@(id|unique|index)\(\[([^\]]+)\]\)/g)) {
    const columns = columnsOf(list);
    const [ending, word] = { id: ["pkey", "primary"], unique: ["key", "unique"] }[kind] ?? ["idx", "index"];
    keys[kind === "id" ? `${table}_pkey` : `${table}_${columns.join("_")}_${ending}`] =
      `${word} ${columns.join(",")}`;
  }
  for (const [, model = "", list = ""] of body.matchAll(
    /(\w+)\??\s+@relation\(fields: \[([^\]]+)\].*onDelete: Cascade/g,
  )) {
    keys[`${table}_${columnsOf(list).join("_")}_fkey`] = `cascade from ${names.get(model)}`;
  }
  const columns = fields
    .filter(({ type }) => types[type])
    .map(({ column, type, optional, attributes }) => {
      const standard = /@default\(/.test(attributes) ? " default" : "";
      return [column, `${types[type]}${optional ? "" : " not null"}${standard}`];
    });
  return { columns: Object.fromEntries(columns), keys };
}

function fieldOf(line: string): Field[] {
  const [, name, bare, mark, attributes = ""] = /^(\w+)\s+(\w+)(\?|\[\])?(.*)$/.exec(line) ?? [];
  if (!name || !bare) {
    return [];
  }
  const native = /@db\.[\w()]+/.exec(attributes)?.[0];
  const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? name;
  const single = native ? `${bare} ${native}` : bare;
  return [{ name, column, type: mark === "[]" ? `${single}[]` : single, optional: mark === "?", attributes }];
}
