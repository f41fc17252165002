/** The files and headings that documents refer to exist. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./house.mjs";

const documents = globSync(
  ["*.md", ".env.example", "{docs,bench,examples}/**/*.md", "{apps,packages}/*/*.md"],
  { cwd: root, exclude: (name) => name === "node_modules" },
).toSorted();

/** Guides create a site of the reader's own; their files are in the reader's folder. */
const filesOfReaders = ["docs/guides/", "packages/auth/README.md", "README.md"];
/** Registrations that a reader of a guide writes. */
const registrationsOfReaders = /^apps\/hub\/sites\/(?:news|wiki|reports|desk)\.json$/;
/** Next.js fixes these names, which every site has. */
const filesOfEverySite = ["proxy.ts", "next.config.ts", "page.tsx", "error.tsx"];

const read = (document: string) => readFileSync(join(root, document), "utf8");

function isThere(path: string, folder = "."): boolean {
  const isPattern = /[*{]/.test(path);
  return [root, join(root, folder)].some((from) =>
    isPattern ? globSync(path, { cwd: from }).length > 0 : existsSync(join(from, path)),
  );
}

/** Text in backticks that is a path: of a top folder of this repository, or with the ending of a source file. */
function pathsIn(document: string): readonly string[] {
  const prose = read(document).replaceAll(/^```.*?^```/gms, "");
  const spans = [...prose.matchAll(/`([^`\s]+)`/g)].map(([, span = ""]) => span.replace(/:\d+$/, ""));
  const ofTop = /^(?:apps|packages|e2e|bench|docs|examples|scripts)\/[^…<]+$/;
  const source = /^[\w./()[\]{}*,-]+\.(?:[cm]?[jt]sx?|css|sql|prisma)$/;
  const isReaders = filesOfReaders.some((start) => document.startsWith(start));
  return spans.filter(
    (span) =>
      (ofTop.test(span) && !registrationsOfReaders.test(span)) ||
      (!isReaders && source.test(span) && !filesOfEverySite.includes(span)),
  );
}

/** The anchor that GitHub gives a heading. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (document: string) =>
  [
    ...read(document)
      .replaceAll(/^```.*?^```/gms, "")
      .matchAll(/^#+ (.+)$/gm),
  ].map(([, heading = ""]) => anchorOf(heading));

/** Links to files of this repository, as path from the top and anchor. */
function linksIn(document: string): readonly { readonly path: string; readonly anchor: string }[] {
  const prose = read(document).replaceAll(/^```.*?^```/gms, "");
  return [...prose.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, target = ""]) => {
    const [file = "", anchor = ""] = target.split("#");
    const path = file === "" ? document : relative(root, resolve(root, dirname(document), file));
    return { path, anchor };
  });
}

test("every document is looked at", () => {
  expect(documents).toContain("README.md");
  expect(documents).toContain("docs/guarantees.md");
  expect(documents).toContain("packages/auth/README.md");
  expect(pathsIn("docs/guarantees.md").length).toBeGreaterThan(20);
  expect(linksIn("README.md").length).toBeGreaterThan(5);
});

describe.each(documents)("%s", (document) => {
  test("names files that exist", () => {
    expect(pathsIn(document).filter((path) => !isThere(path, dirname(document)))).toEqual([]);
  });

  test("links to files and headings that exist", () => {
    const broken = linksIn(document).filter(
      ({ path, anchor }) => !isThere(path) || (anchor !== "" && !anchorsOf(path).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });
});
