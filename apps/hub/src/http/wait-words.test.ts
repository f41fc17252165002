import { expect, test } from "vitest";
import { waitWords } from "./wait-words.ts";

test.each([
  [undefined, "a few minutes"],
  [0.4, "a second"],
  [8, "8 seconds"],
  [42.2, "43 seconds"],
  [60, "1 minute"],
  [61, "2 minutes"],
  [7200, "2 hours"],
])("a wait of %s seconds reads %j", (seconds, words) => {
  expect(waitWords(seconds)).toBe(words);
});
