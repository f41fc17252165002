/**
 * `npm run build` of a package that sites outside this repository install: writes `dist` next to its `package.json`: one
 * module per entry of `exports`, with declarations and a source map, and shared chunks.
 *
 * Every package but `@gatehouse/*` stays an import (`packages.test.ts` compares them with `package.json`). `@gatehouse/cas` is
 * bundled, because it is not published.
 * Declarations come from the annotations in the sources (`isolatedDeclarations`), so no TypeScript compiler is loaded.
 */
import { cpSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { dts } from "rolldown-plugin-dts";
import { root } from "./bootstrap/checkout.mjs";

/** The entry of `exports` that names the source; the repository's own TypeScript reads it (`tsconfig.base.json`). */
const source = "@gatehouse/source";

const folder = process.cwd();
const dist = join(folder, "dist");
/** @type {{ exports: Record<string, Record<string, string>> }} */
const { exports } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
const entries = Object.values(exports).map(({ [source]: from = "", default: to = "" }) => [
  to.replace(/^\.\/dist\/|\.js$/g, ""),
  from,
]);

rmSync(dist, { recursive: true, force: true });
await build({
  cwd: folder,
  input: Object.fromEntries(entries),
  platform: "node",
  external: /^(?!\.{0,2}\/|@gatehouse\/)/,
  plugins: [dts({ oxc: true, resolver: "oxc", sourcemap: false })],
  transform: { target: "es2023" },
  // A "use client" stays the first line of its module, because no other entry shares code with it.
  checks: { moduleLevelDirective: false },
  output: { dir: dist, format: "esm", sourcemap: true, chunkFileNames: "shared/[name]-[hash].js" },
});
cpSync(join(root, "LICENSE"), join(dist, "LICENSE"));
