/** Where things are. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const programs = join(root, "node_modules", ".bin");
export const resolver = join(root, "scripts", "localhost-resolver.mjs");
