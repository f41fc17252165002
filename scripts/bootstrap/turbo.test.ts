import { expect, test } from "vitest";
import { readTurboLine } from "./turbo.mjs";

test.each([
  ["@gatehouse/shop:build: Compiled", { workspace: "shop", said: "Compiled" }],
  ["@gatehouse/hub:test:unit:   × a: b", undefined],
  ["@gatehouse/hub:test:unit:   × is refused: 3", { workspace: "hub", said: "  × is refused: 3" }],
  ["//:check:journeys:https: 12 passed", { workspace: "//", said: "12 passed" }],
  ["@gatehouse/shop:build: ", undefined],
  ["@gatehouse/shop:build: > next build", undefined],
  [" Tasks:    2 successful, 2 total", undefined],
])("%s", (line, expected) => {
  expect(readTurboLine(line)).toEqual(expected);
});
