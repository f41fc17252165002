import { globSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { logEvents } from "./log-events.ts";

const root = resolve(import.meta.dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");

test("the guide for operators explains each event, and no other", () => {
  const [, table = ""] = /^## Read the log$(.*?)^## /ms.exec(read("docs/guides/operate-the-hub.md")) ?? [];
  const cells = table
    .split("\n")
    .flatMap((line) => (line.startsWith("| `") ? [line.split("|")[1] ?? ""] : []));
  const explained = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, event]) => event));
  expect(explained.toSorted()).toEqual(logEvents.toSorted());
});

// The type of the log refuses names that are not listed.
test("code names each event", () => {
  const sources = globSync(["apps/hub/src/**/*.ts", "packages/database/src/**/*.ts"], {
    cwd: root,
    exclude: ["**/*.test.ts", "**/{log,pool}-events.ts"],
  })
    .map(read)
    .join("\n");
  expect(logEvents.filter((event) => !sources.includes(`"${event}"`))).toEqual([]);
});

test("each name is two parts, `thing.event-or-state`", () => {
  const words = "[a-z]+(?:-[a-z]+)*";
  expect(logEvents.filter((event) => !new RegExp(`^${words}\\.${words}$`).test(event))).toEqual([]);
});
