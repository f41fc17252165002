/** Documents refer to files, headings, functions and commands that exist. */
import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "./bootstrap/checkout.mjs";

const documents = globSync(
  ["*.md", ".env.example", "{docs,bench,examples}/**/*.md", "{apps,packages}/*/*.md"],
  { cwd: root, exclude: (name) => name === "node_modules" },
).toSorted();

/** Guides create a site of the reader's own; their files are in the reader's folder. */
const filesOfReaders = ["docs/guides/", "packages/auth/README.md", "README.md"];
/** Registrations that a reader of a guide writes. */
const registrationsOfReaders = /^apps\/hub\/sites\/(?:news|wiki|reports|desk|notes)\.json$/;
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

/** Scripts of npm that a document runs, each with the folder of its package. */
const commandsIn = (document: string) =>
  [...read(document).matchAll(/npm run (?:(?:--silent|-s) )?([\w:-]+)(?: -w ([\w/-]+))?/g)].map(
    ([, script = "", folder = "."]) => ({ script, folder }),
  );

/** Files of this repository in the commands of a guide, where it is checked out as `gatehouse`. */
const filesInCommands = (document: string) =>
  [...read(document).matchAll(/\/gatehouse\/([\w-]+(?:\/[\w.-]+)+)/g)]
    .map(([, path = ""]) => path)
    .filter((path) => /^(?:scripts|apps|packages)\//.test(path) && !registrationsOfReaders.test(path));

/** Functions and statements that a document says to be in a file: `name` in `path`. */
const namesIn = (document: string) =>
  [...read(document).matchAll(/`(\w+)`,?\s(?:in\s|to\s|\()`([\w-]+\/[\w./-]+\.ts)`/g)].map(
    ([, name = "", path = ""]) => ({
      name,
      path,
    }),
  );

test("every document is looked at", () => {
  expect(documents).toContain("README.md");
  expect(documents).toContain("docs/guarantees.md");
  expect(documents).toContain("packages/auth/README.md");
  expect(pathsIn("docs/guarantees.md").length).toBeGreaterThan(20);
  expect(linksIn("README.md").length).toBeGreaterThan(5);
  expect(commandsIn("docs/guides/operate-the-hub.md").length).toBeGreaterThan(0);
  expect(filesInCommands("docs/guides/add-a-site.md").length).toBeGreaterThan(0);
  expect(namesIn("docs/guarantees.md").length).toBeGreaterThan(10);
});

test("docs/decisions/README.md lists every decision", () => {
  const records = globSync("docs/decisions/0*.md", { cwd: root }).toSorted();
  const listed = linksIn("docs/decisions/README.md").map(({ path }) => path);
  expect(listed).toEqual(records);
});

test("documents and code say username and email", () => {
  const sources = globSync("{apps,packages}/*/{app,src}/**/*.{ts,tsx}", {
    cwd: root,
    exclude: (name) => name === "generated",
  });
  expect(sources.length).toBeGreaterThan(500);
  const mixed = [...documents, ...sources].filter((file) =>
    /\buser names?\b|(?<![\w-])e-mail/i.test(read(file)),
  );
  expect(mixed).toEqual([]);
});

test("docs/architecture.md lists the rooms of the hub", () => {
  const rooms = globSync("apps/hub/src/*/", { cwd: root }).map((folder) => basename(folder));
  const listed = [...read("docs/architecture.md").matchAll(/^\| `([\w-]+)\/` \|/gm)].map(
    ([, room = ""]) => room,
  );
  expect(listed.toSorted()).toEqual(rooms.filter((room) => room !== "test-support").toSorted());
});

describe.each(documents)("%s", (document) => {
  test("names files that exist", () => {
    expect(pathsIn(document).filter((path) => !isThere(path, dirname(document)))).toEqual([]);
  });

  test("runs commands that exist", () => {
    const isMissing = ({ script, folder }: { readonly script: string; readonly folder: string }) =>
      JSON.parse(read(`${folder}/package.json`)).scripts[script] === undefined;
    expect(commandsIn(document).filter(isMissing)).toEqual([]);
    expect(filesInCommands(document).filter((path) => !isThere(path))).toEqual([]);
  });

  test("names functions where they are", () => {
    expect(namesIn(document).filter(({ name, path }) => !read(path).includes(name))).toEqual([]);
  });

  test("links to files and headings that exist", () => {
    const broken = linksIn(document).filter(
      ({ path, anchor }) => !isThere(path) || (anchor !== "" && !anchorsOf(path).includes(anchor)),
    );
    expect(broken).toEqual([]);
  });
});
