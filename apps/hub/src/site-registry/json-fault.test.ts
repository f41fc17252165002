import { expect, test } from "vitest";
import { jsonFault } from "./json-fault.ts";

test.each([
  ['{ "id": "shop", }', "line 1, column 17: should be a name in double quotes, and is }"],
  ["{", "line 1, column 2: should be a name in double quotes or }, and is the end of the file"],
  ["", "line 1, column 1: should be a value, and is the end of the file"],
  ['{"a":1}}', "line 1, column 8: should be the end of the file, and is }"],
  ['{"a" 1}', "line 1, column 6: should be a colon, and is 1"],
  ['{\r\n"a": 1\r\n"b": 2}', 'line 3, column 1: should be a comma or }, and is "'],
  ["{\n'a':1}", "line 2, column 1: should be a name in double quotes or }, and is '"],
  ['{"a":[1,2}', "line 1, column 10: should be a comma or ], and is }"],
  ["[1,]", "line 1, column 4: should be a value, and is ]"],
  ["[True]", "line 1, column 2: should be a value or ], and is T"],
  ["[01]", "line 1, column 2: should be a value or ], and is 0"],
  ["// why\n{}", "line 1, column 1: should be a value, and is /"],
  ["\ufeff{}", "line 1, column 1: should be a value, and is a character that is not seen (U+FEFF)"],
  ['["a\nb"]', "line 1, column 4: the closing double quote is missing"],
  ['["a', "line 1, column 4: the closing double quote is missing"],
  ['["C:\\path"]', "line 1, column 5: what follows this backslash has no meaning in JSON"],
  [
    '["a\tb"]',
    "line 1, column 4: a character that is not seen (U+0009) cannot stand in a text; write it as \\u and four digits",
  ],
])("%j", (text, fault) => {
  expect(jsonFault(text)).toBe(fault);
});

test("words of the text are not repeated: one may be a secret", () => {
  expect(jsonFault('{ "secret": pencil }')).toBe("line 1, column 13: should be a value, and is p");
});

test("takes and refuses what Node does, whatever is cut out of a file or put into it", () => {
  const file =
    ' {"a":[1,-0.5e+3,{"b":{}},[]],"ä😀":"\\u00e9\\n\\"\u2028\x7f\x85","c":true,\n"d":[null,false , ""]}\r\n';
  for (let from = 0; from <= file.length; from++)
    for (const put of ["", ",", "}", "]", '"', ":", "0", ".", "\\", "x", "\n", "{", "[", "\u00a0"])
      for (const cut of [0, 1, 2, 9]) {
        const text = file.slice(0, from) + put + file.slice(from + cut);
        expect(jsonFault(text) === undefined, text).toBe(isJson(text));
      }
});

test("a file of nothing but brackets does not bring it down", () => {
  expect(jsonFault("[".repeat(65_536))).toMatch(/^line 1, column 65537: /);
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
