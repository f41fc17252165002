/**
 * `npm run build`, after `next build`: makes `dist`, which is all that a hub in production loads of its screens. The
 * document with its holes, the components as one module that includes React, and the files that browsers load, each also
 * compressed.
 */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build } from "rolldown";
import { readDocument, withoutFramework, withStylesInside } from "./src/screen/document.ts";

const exported = join(import.meta.dirname, "out");
const dist = join(import.meta.dirname, "dist");
const files = join(dist, "files");

rmSync(dist, { recursive: true, force: true });
mkdirSync(files, { recursive: true });

const readExported = (name: string) => readFileSync(join(exported, name), "utf8");
const document = withStylesInside(withoutFramework(readExported("index.html")), readExported);
readDocument(document);
writeFileSync(join(dist, "document.html"), document);

// The scripts of Next stay behind, and the style sheet is part of the document.
const wanted = ["_next/static/**/*.woff2", "assets/*", "icon.svg"];
for (const file of globSync(wanted, { cwd: exported })) {
  const target = join(files, file);
  cpSync(join(exported, file), target);
  if (file.endsWith(".woff2")) continue;
  const content = readFileSync(target);
  writeFileSync(`${target}.br`, brotliCompressSync(content));
  writeFileSync(`${target}.gz`, gzipSync(content, { level: 9 }));
}

await build({
  input: join(import.meta.dirname, "app", "render-screen.tsx"),
  platform: "node",
  // React's production build, whatever `NODE_ENV` says later.
  transform: { define: { "process.env.NODE_ENV": '"production"' } },
  output: { file: join(dist, "render-screen.mjs"), format: "esm" },
});
