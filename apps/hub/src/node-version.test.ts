/** A Node that is too old for the hub: one sentence, whatever it can read. */
import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

const folder = resolve(import.meta.dirname, "..");
let temporary: string;
let older: string;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "gatehouse-node-"));
  older = join(temporary, "older.cjs");
  const versions = `{ ...process.versions, node: "22.18.0" }`;
  await writeFile(older, `Object.defineProperty(process, "versions", { value: ${versions} });`);
});
afterAll(() => rm(temporary, { recursive: true }));

interface Ended {
  readonly code: number | string | null | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

function run(node: string, ...words: string[]): Promise<Ended> {
  return new Promise((done) =>
    execFile(
      node,
      words,
      { cwd: folder, env: { NODE_ENV: "production", HUB_SECRETS: "x" } },
      (error, stdout, stderr) => done({ code: error?.code, stdout, stderr }),
    ),
  );
}

/** @returns a Node of this machine that is too old, as most machines have one */
function findOlderNode(): string | undefined {
  return (process.env.PATH ?? "")
    .split(delimiter)
    .map((entry) => join(entry, "node"))
    .find((path) => existsSync(path) && Number(/\d+/.exec(String(execFileSync(path, ["--version"])))) < 24);
}
const olderNode = findOlderNode();

test.each(["server.mjs", "server.ts"])(
  "node %s names the required version, and how to install it",
  async (entry) => {
    const { code, stdout, stderr } = await run(process.execPath, "-r", older, entry);
    expect([code, stdout, stderr.split("\n")]).toEqual([
      1,
      "",
      [
        expect.stringMatching(
          /^error: this is Node 22\.18\.0; the hub needs Node 24 or newer\. .* npm start, .*\.$/,
        ),
        "",
      ],
    ]);
  },
);

test.skipIf(olderNode === undefined).each(["server.mjs", "server.ts"])(
  "a Node that cannot read TypeScript gets the same message: %s",
  async (entry) => {
    const { code, stderr } = await run(olderNode ?? "", entry);
    expect([code, stderr.split("\n").length]).toEqual([1, 2]);
    expect(stderr).toMatch(/^error: this is Node \d+\.\d+\.\d+; the hub needs Node 24 or newer\./);
  },
);

test("a supported Node starts the hub, which reads its settings", async () => {
  const { code, stderr } = await run(process.execPath, "server.ts");
  expect([code, stderr]).toEqual([1, expect.stringMatching(/^error: HUB_SECRETS has a secret shorter/)]);
});
