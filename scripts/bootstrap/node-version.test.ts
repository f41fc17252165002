import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { root, script } from "./checkout.mjs";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "gatehouse-node-"));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs a script of npm's on a Node that says it is another. */
function runOn(version: string, words: readonly string[]): Promise<{ code: unknown; stderr: string }> {
  const pretended = join(directory, `${version}.cjs`);
  const versions = `{ ...process.versions, node: "${version}" }`;
  writeFileSync(pretended, `Object.defineProperty(process, "versions", { value: ${versions} });`);
  return new Promise((done) =>
    execFile(process.execPath, ["-r", pretended, ...words], { cwd: root }, (error, _, stderr) =>
      done({ code: error?.code, stderr }),
    ),
  );
}

test.each(["14.21.3", "18.20.8", "20.18.3"])(
  "Node %s is told which one is needed, in one sentence",
  async (version) => {
    for (const entry of ["start.mjs", "hub.mjs", "test.mjs", "budget.mjs", "bench.mjs"]) {
      const { code, stderr } = await runOn(version, [
        "-r",
        script("bootstrap/node-version.cjs"),
        script(entry),
      ]);
      expect([code, stderr.split("\n")], entry).toEqual([
        1,
        [expect.stringMatching(`^error: this is Node ${version}; Gatehouse needs Node 20.19 or newer`), ""],
      ]);
    }
  },
);

test.each(["20.19.0", "22.0.0", "24.1.0"])("Node %s will do", async (version) => {
  expect(await runOn(version, [script("bootstrap/node-version.cjs")])).toEqual({
    code: undefined,
    stderr: "",
  });
});
