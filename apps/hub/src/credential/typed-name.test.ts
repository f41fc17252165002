import { expect, test } from "vitest";
import { suggestedName, trimInvisible } from "./typed-name.ts";

/** Characters that copying from a page, a mail or a spreadsheet puts around a name. */
const invisible = {
  "a space": " ",
  "a TAB": "\t",
  "a line feed": "\n",
  "a carriage return": "\r",
  "a no-break space": "\u00a0",
  "an ideographic space": "\u3000",
  "a zero-width space": "\u200b",
  "a zero-width joiner": "\u200d",
  "a word joiner": "\u2060",
  "a byte order mark": "\ufeff",
  "a soft hyphen": "\u00ad",
  "a left-to-right mark": "\u200e",
  "a right-to-left isolate": "\u2067",
  "a pop directional isolate": "\u2069",
  "a variation selector": "\ufe0f",
  "a Hangul filler": "\u3164",
  "a control character of C1": "\u0085",
  "a line separator": "\u2028",
};

test.each(Object.entries(invisible))("%s is removed around a name, and kept inside it", (_, mark) => {
  expect(trimInvisible(`${mark}alice${mark}${mark}`)).toBe("alice");
  expect(trimInvisible(`ali${mark}ce`)).toBe(`ali${mark}ce`);
  expect(trimInvisible(mark.repeat(3))).toBe("");
});

test("letters of every script are kept, and emoji", () => {
  for (const name of ["Ångström", "أليس", "アリス", "👩🏽", "a\u0301"])
    expect(trimInvisible(name)).toBe(name);
});

test("a name with many blanks inside takes linear time", () => {
  const long = `a${" ".repeat(60_000)}b`;
  expect(trimInvisible(` ${long} `)).toBe(long);
});

test("OpenID Connect Core 3.1.2.1 a login_hint that cannot be typed is dropped", () => {
  expect(suggestedName("alice", 200)).toBe("alice");
  expect(suggestedName("\u200balice@example.com ", 200)).toBe("alice@example.com");
  for (const hint of ["alice\nbob", "alice\n", "a\u0000", "x".repeat(201), "", undefined, ["alice"]])
    expect(suggestedName(hint, 200)).toBe("");
});
