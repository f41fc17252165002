/**
 * Makes the JSON Schema of registration files from the parser's own schema, so that editors and the hub say the
 * same. Run by itself it writes `apps/hub/site.schema.json`; a test fails while that file is behind.
 */
import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { z } from "zod";
import { siteFile } from "./site-file.ts";

export const siteSchemaFile = resolve(import.meta.dirname, "../../site.schema.json");

/** JSON Schema of a registration file, before `${NAME}` is replaced. @see JSON Schema 2020-12 */
export function siteSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(siteFile, { io: "input", target: "draft-2020-12" });
  return { $schema, title: "A site registered at Gatehouse", ...schema };
}

if (import.meta.main) await writeFile(siteSchemaFile, `${JSON.stringify(siteSchema(), null, 2)}\n`);
