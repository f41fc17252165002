/** Paths in the checkout. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
export const programs = join(root, "node_modules", ".bin");

/** @param {string} name file in `scripts/` */
export const script = (name) => join(root, "scripts", name);
