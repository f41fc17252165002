import { expect, test } from "vitest";
import { jsonFault } from "./json-fault.ts";

test.each([
  ['{ "id": "shop", }', "line 1, column 17: a name in double quotes should be here"],
  ["{", "line 1, column 2: a closing } should be here"],
  ["", "line 1, column 1: a value should be here"],
  ['{"a":1}}', "line 1, column 8: the file should end here"],
  ['{"a" 1}', "line 1, column 6: a colon should be here"],
  ['{\r\n"a": 1\r\n"b": 2}', "line 3, column 1: a comma should be here"],
  ["{\n'a':1}", "line 2, column 1: this is no JSON; strings and names take double quotes"],
  ['{"a":[1,2}', "line 1, column 10: a comma should be here"],
  ["[1,]", "line 1, column 4: a value should be here"],
  ["[True]", "line 1, column 2: this is no JSON; strings and names take double quotes"],
  ["[01]", "line 1, column 3: a comma should be here"],
  ["[1.]", "line 1, column 2: this number is not complete"],
  ["// why\n{}", "line 1, column 1: JSON has no comments"],
  ["{} /* why", "line 1, column 4: JSON has no comments"],
  ["\ufeff{}", "it begins with a byte order mark; save it as UTF-8 without one"],
  ['["a\nb"]', "line 1, column 2: the closing double quote is missing"],
  ['["a', "line 1, column 2: the closing double quote is missing"],
  ['["\\u00g1"]', "line 1, column 2: \\u needs four hexadecimal digits"],
  [
    '["C:\\path"]',
    "line 1, column 2: this backslash starts no escape that JSON has; write \\\\ for a backslash",
  ],
  ['["a\tb"]', "line 1, column 2: a control character must be written as \\u and four digits"],
])("%j", (text, fault) => {
  expect(jsonFault(text)).toBe(fault);
});

test("the message repeats no text of the file, which may be a secret", () => {
  expect(jsonFault('{ "secret": pencil }')).toMatch(/^line 1, column 13: (?!.*pencil)/);
});

test("accepts and refuses what JSON.parse does, for every mutation of a file", () => {
  const file =
    ' {"a":[1,-0.5e+3,{"b":{}},[]],"ä😀":"\\u00e9\\n\\"\u2028\x7f\x85","c":true,\n"d":[null,false , ""]}\r\n';
  const said = new Set<string>();
  for (let from = 0; from <= file.length; from++)
    for (const put of ["", ",", "}", "]", '"', ":", "0", ".", "\\", "x", "\n", "{", "[", "\u00a0"])
      for (const cut of [0, 1, 2, 9]) {
        const text = file.slice(0, from) + put + file.slice(from + cut);
        const fault = jsonFault(text);
        expect(fault === undefined, text).toBe(isJson(text));
        if (fault !== undefined) said.add(fault);
      }
  // A fault without a place would be one that the parser does not see.
  expect([...said].filter((fault) => !/^line \d+, column \d+: ./.test(fault))).toEqual([]);
});

test("a file of nothing but brackets does not overflow the stack", () => {
  expect(jsonFault("[".repeat(65_536))).toBe("it is nested too deeply");
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
