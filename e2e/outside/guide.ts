import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "@gatehouse/scripts/checkout";

/**
 * The files that `docs/guides/add-a-site.md` tells readers to write: each code block that begins with a comment of the
 * file's path, from the folder that holds `app/`.
 */
export function readGuide(): Map<string, string> {
  const guide = readFileSync(join(root, "docs", "guides", "add-a-site.md"), "utf8");
  const blocks = guide.matchAll(/^```tsx?\n(\/\/ ([\w./[\]-]+\.tsx?)\b.*?)^```$/gms);
  return new Map([...blocks].map(([, text = "", path = ""]) => [path, text]));
}
