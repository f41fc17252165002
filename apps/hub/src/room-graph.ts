/**
 * Generates the graph of the rooms in `docs/architecture.md` from the imports of their files, types included; tests and
 * test support are left out. Run alone, it rewrites the document; a test fails while the graph is stale.
 */
import { globSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Imports of each room: a folder of `apps/hub/src`, or a file beside the folders. */
export type RoomGraph = ReadonlyMap<string, ReadonlySet<string>>;

export const architectureFile = resolve(import.meta.dirname, "../../../docs/architecture.md");
const marks = ["<!-- begin: rooms -->", "<!-- end: rooms -->"] as const;
const tests = ["**/*.test.ts", "test-hub.ts", "test-support/**", "**/clients/**"];

export function readRoomGraph(): RoomGraph {
  const graph = new Map<string, Set<string>>();
  for (const file of globSync("**/*.ts", { cwd: import.meta.dirname, exclude: tests }).toSorted()) {
    const from = roomOf(file);
    const imports = graph.get(from) ?? new Set();
    graph.set(from, imports);
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    for (const [, path = ""] of text.matchAll(/^(?:import|export|\}) .*?"(\.[^"]+)";$/gm)) {
      const to = roomOf(join(dirname(file), path));
      // `..`: a file beside `src`, which is no room.
      if (to !== from && to !== "..") imports.add(to);
    }
  }
  return graph;
}

function roomOf(file: string): string {
  return file.split("/", 1)[0] ?? file;
}

/** All rooms that a room imports, directly or through others. @throws Error when it imports itself that way */
function reach(graph: RoomGraph, room: string, path: readonly string[] = []): ReadonlySet<string> {
  if (path.includes(room)) throw new Error(`rooms import each other: ${[...path, room].join(" → ")}`);
  const direct = [...(graph.get(room) ?? [])];
  return new Set(direct.flatMap((one) => [one, ...reach(graph, one, [...path, room])]));
}

/**
 * The graph for Mermaid. Omits an arrow that a chain of others implies.
 *
 * @throws Error when rooms import each other
 */
export function drawRoomGraph(graph: RoomGraph): string {
  const arrows = [...graph].flatMap(([from, imports]) => {
    const below = [...imports].map((one) => reach(graph, one, [from]));
    const shown = [...imports].filter((to) => !below.some((implied) => implied.has(to)));
    return shown.toSorted().map((to) => `  ${from} --> ${to}`);
  });
  return ["```mermaid", "flowchart TB", ...arrows, "```"].join("\n");
}

/** @returns the document with the graph replaced */
export function writeRoomGraph(document: string, graph: RoomGraph): string {
  const [begin, end] = marks;
  const [head = "", rest = ""] = document.split(begin);
  const [, tail] = rest.split(end);
  if (tail === undefined) throw new Error(`${architectureFile} lacks the marks of the graph`);
  return `${head}${begin}\n\n${drawRoomGraph(graph)}\n\n${end}${tail}`;
}

if (import.meta.main)
  await writeFile(architectureFile, writeRoomGraph(readFileSync(architectureFile, "utf8"), readRoomGraph()));
