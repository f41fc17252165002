import { describe, expect, test } from "vitest";
import { personNameFault } from "./person-name.ts";

describe("a name", () => {
  test.each([
    ["of one letter", "Q"],
    ["from right to left", "נועה כהן"],
    ["of another script", "王小明"],
    ["with an apostrophe and a hyphen", "Anne-Marie O’Neill"],
    ["of 60 letters", "W".repeat(60)],
    ["of 60 characters that have several code points each", "👩\u200d🔬".repeat(60)],
    ["with a mark for the direction at its end", "Alice \u200f"],
  ])("%s can be stored", (_, name) => {
    expect(personNameFault(name)).toBeUndefined();
  });

  test.each([
    ["nothing", "", "name_missing"],
    ["61 letters", "W".repeat(61), "name_too_long"],
    ["one character of 500 code points", `a${"\u0302".repeat(500)}`, "name_too_long"],
    ["a line break", "Alice\nArcher", "name_unfit"],
    ["NUL", "Alice\0", "name_unfit"],
    ["an escape character", "\u001b[31mAlice", "name_unfit"],
    ["a line separator", "Alice\u2028Archer", "name_unfit"],
    ["a mark that reverses what follows", "Alice\u202e", "name_unfit"],
    ["half a character", "Alice\ud83d", "name_unfit"],
  ])("%s: refused", (_, name, fault) => {
    expect(personNameFault(name)).toBe(fault);
  });
});
