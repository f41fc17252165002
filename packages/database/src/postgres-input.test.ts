import { expect, test } from "vitest";
import { jsonText } from "./postgres-input.ts";

test.each([
  ["NUL", "a\0b", "a\uFFFDb"],
  ["half a pair, the first", "\ud83d!", "\uFFFD!"],
  ["half a pair, the second", "\udc00", "\uFFFD"],
  ["both after a backslash", "\\\0\\\\\ud800", "\\\uFFFD\\\\\uFFFD"],
  ["a whole pair", "😀", "😀"],
  ["what only looks like it", "\\u0000 \\\\ud800", "\\u0000 \\\\ud800"],
])("%s", (_, sent, kept) => {
  expect(JSON.parse(jsonText({ [sent]: [sent] }))).toEqual({ [kept]: [kept] });
});
