/** The packages that sites outside this repository install, as `npm pack` makes them. */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPackage, createPackageFromTarballData, type Package } from "@arethetypeswrong/core";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "./bootstrap/checkout.mjs";

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}

describe.each(["auth", "testing"])("@gatehouse/%s", (name) => {
  const folder = join(root, "packages", name);
  let destination: string;
  let tarball: Buffer;
  let packed: Package;
  let manifest: Manifest;

  beforeAll(() => {
    destination = mkdtempSync(join(tmpdir(), "gatehouse-pack-"));
    // turbo has built it; a second build would replace files that other tests load.
    const words = ["pack", "--json", "--ignore-scripts", "--pack-destination", destination];
    const report: unknown = JSON.parse(execFileSync("npm", words, { cwd: folder, encoding: "utf8" }));
    const [{ filename }] = Object.values(report as object) as [{ filename: string }];
    tarball = readFileSync(join(destination, filename));
    packed = createPackageFromTarballData(tarball);
    manifest = JSON.parse(read("package.json"));
  }, 60_000);
  afterAll(() => rmSync(destination, { recursive: true, force: true }));

  const files = () =>
    packed.listFiles().map((path) => path.replace(`/node_modules/${packed.packageName}/`, ""));
  const read = (path: string) => packed.readFile(`/node_modules/${packed.packageName}/${path}`);
  const built = (ending: string) =>
    files().filter((path) => path.startsWith("dist/") && path.endsWith(ending));
  /** Packages, and modules of Node, that a built file imports. */
  const importedBy = (path: string) =>
    [...read(path).matchAll(/(?:^import|^} from|\bimport\(|^export .* from)[^"\n]*"([^".][^"]*)"/gm)].map(
      ([, specifier = ""]) => specifier,
    );

  test("contains the build, its sources, README and licence, and no tests", () => {
    const others = files().filter((path) => !/^dist\/|^src\//.test(path));
    expect(others.toSorted()).toEqual(["README.md", "package.json"]);
    expect(files().filter((path) => /\.test\.|test-support|\.vitest/.test(path))).toEqual([]);
    expect(files()).toEqual(expect.arrayContaining(["dist/LICENSE", "dist/index.js", "src/index.ts"]));
  });

  test("publint finds nothing", async () => {
    const data = tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength);
    const { messages, pkg } = await publint({ pack: { tarball: data as ArrayBuffer } });
    expect(messages.map((message) => formatMessage(message, pkg))).toEqual([]);
  });

  test("its types are found and right for importers of ES modules", async () => {
    const result = await checkPackage(packed);
    if (result.types === false) throw new Error("no types");
    // CommonJS loads it by `require` of an ES module, which Node has since 20.19; node10 knows no `exports`.
    const problems = result.problems.filter(
      (problem) =>
        problem.kind !== "CJSResolvesToESM" &&
        !("resolutionKind" in problem && problem.resolutionKind === "node10"),
    );
    expect(problems).toEqual([]);
  });

  test("imports exactly what its package.json lists", () => {
    const listed = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
    const names = built(".js")
      .flatMap(importedBy)
      .filter((specifier) => !specifier.startsWith("node:"))
      .map((specifier) =>
        specifier
          .split("/")
          .slice(0, specifier.startsWith("@") ? 2 : 1)
          .join("/"),
      );
    expect([...new Set(names)].toSorted()).toEqual(listed.toSorted());
  });

  test("accepts a range of each peer", () => {
    for (const range of Object.values(manifest.peerDependencies)) expect(range).toMatch(/^\^/);
  });

  test("source maps name sources by relative paths and contain them", () => {
    for (const path of built(".js.map")) {
      const { sources, sourcesContent } = JSON.parse(read(path)) as Record<string, readonly string[]>;
      expect(sources?.filter((source) => !source.startsWith("../"))).toEqual([]);
      expect(sourcesContent).toHaveLength(sources?.length ?? 0);
    }
    expect(
      built(".js")
        .map((path) => `${path}.map`)
        .toSorted(),
    ).toEqual(built(".js.map").toSorted());
    for (const path of files()) expect(read(path)).not.toContain(root);
  });
});

test("the module for browsers begins with its directive", () => {
  const module = readFileSync(join(root, "packages/auth/dist/page-guard.js"), "utf8");
  expect(module).toMatch(/^"use client";\n/);
});
