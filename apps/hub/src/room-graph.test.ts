import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { architectureFile, drawRoomGraph, readRoomGraph, writeRoomGraph } from "./room-graph.ts";

const graphOf = (rooms: Record<string, readonly string[]>) =>
  new Map(Object.entries(rooms).map(([room, imports]) => [room, new Set(imports)]));

test("the graph in docs/architecture.md is current (else: npx node apps/hub/src/room-graph.ts)", () => {
  const text = readFileSync(architectureFile, "utf8");
  expect(text).toBe(writeRoomGraph(text, readRoomGraph()));
});

test("hub.ts imports every room with routes, and no room imports the whole hub", () => {
  const graph = readRoomGraph();
  expect([...(graph.get("hub.ts") ?? [])]).toEqual(
    expect.arrayContaining(["account", "app-password", "cas", "oidc", "server", "session", "test-door"]),
  );
  const importersOf = (file: string) =>
    [...graph].flatMap(([room, imports]) => (imports.has(file) ? room : []));
  expect([importersOf("hub.ts"), importersOf("open-hub.ts")]).toEqual([["start.ts"], ["hub.ts", "start.ts"]]);
});

test("an arrow implied by others is omitted", () => {
  const graph = graphOf({ server: ["http", "log"], http: ["log"], log: [] });
  expect(drawRoomGraph(graph)).toBe(
    ["```mermaid", "flowchart TB", "  server --> http", "  http --> log", "```"].join("\n"),
  );
});

test("rooms that import each other are refused by name", () => {
  const graph = graphOf({ cas: ["logout"], logout: ["sign-in"], "sign-in": ["logout"] });
  expect(() => drawRoomGraph(graph)).toThrow("rooms import each other: cas → logout → sign-in → logout");
});
