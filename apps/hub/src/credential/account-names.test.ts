import { describe, expect, test } from "vitest";
import { fullName, nameFault } from "./account-names.ts";

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
    expect(nameFault(name)).toBeUndefined();
  });

  test.each([
    ["nothing", "", /^Enter your name/],
    ["61 letters", "W".repeat(61), /at most 60 characters/],
    ["one character of 500 code points", `a${"\u0302".repeat(500)}`, /at most 60 characters/],
    ["a line break", "Alice\nArcher", /invisible/],
    ["NUL", "Alice\0", /invisible/],
    ["an escape character", "\u001b[31mAlice", /invisible/],
    ["a line separator", "Alice\u2028Archer", /invisible/],
    ["a mark that reverses what follows", "Alice\u202e", /invisible/],
    ["half a character", "Alice\ud83d", /invisible/],
  ])("%s: refused", (_, name, fault) => {
    expect(nameFault(name)).toMatch(fault);
  });
});

test("a full name is stored without blanks around it, and composed", () => {
  expect(fullName("\u00a0Rene\u0301 \u200b")).toBe("Ren\u00e9");
});
