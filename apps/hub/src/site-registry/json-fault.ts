/** Finds where a text stops being JSON: line, column and expected token. Does not repeat the text. */

/** Expected token, in words. */
const wanted = {
  value: "a value",
  firstItem: "a value or ]",
  name: "a name in double quotes",
  firstName: "a name in double quotes or }",
  colon: "a colon",
  afterItem: "a comma or ]",
  afterMember: "a comma or }",
  end: "the end of the file",
} as const;
type Expected = keyof typeof wanted;

/** @see RFC 8259, sections 2, 6 and 7 */
const gap = /[ \t\r\n]*/y;
const goodString = /"(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/uy;
const word = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/**
 * Node says so too, but not always with a place, and with an excerpt of the text, which the log need not have.
 *
 * @returns a sentence that begins with the place; `undefined`: it is JSON
 */
export function jsonFault(text: string): string | undefined {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let position = 0;
  for (;;) {
    position = endOf(gap, text, position);
    const token = text[position];
    if (token === undefined && expected === "end") return undefined;
    if (token === '"' && /^(?:value|firstItem|name|firstName)$/.test(expected)) {
      position = endOf(goodString, text, position);
      if (text[position] !== '"') return `${place(text, position)}: ${stringFault(text, position)}`;
    }
    const kind = token !== undefined && "{}[],:".includes(token) ? token : token === '"' ? "string" : "word";
    const end = kind === "word" ? endOf(word, text, position) : position + 1;
    const next: Expected | undefined = end === position ? undefined : follow(expected, kind, open);
    if (next === undefined)
      return `${place(text, position)}: should be ${wanted[expected]}, and is ${shown(text, position)}`;
    expected = next;
    position = end;
  }
}

/** @returns what may follow this token; `undefined`: it may not stand here */
function follow(expected: Expected, kind: string, open: ("{" | "[")[]): Expected | undefined {
  const takesValue = expected === "value" || expected === "firstItem";
  if (takesValue && (kind === "{" || kind === "[")) {
    open.push(kind);
    return kind === "{" ? "firstName" : "firstItem";
  }
  const closes =
    kind === "]"
      ? expected === "firstItem" || expected === "afterItem"
      : kind === "}" && (expected === "firstName" || expected === "afterMember");
  if (closes) open.pop();
  if (closes || (takesValue && (kind === "string" || kind === "word"))) {
    const around = open.at(-1);
    return around === undefined ? "end" : around === "{" ? "afterMember" : "afterItem";
  }
  if (kind === "string" && (expected === "name" || expected === "firstName")) return "colon";
  if (kind === ":" && expected === "colon") return "value";
  if (kind !== ",") return undefined;
  return expected === "afterItem" ? "value" : expected === "afterMember" ? "name" : undefined;
}

/** @returns where the match from here ends; here: there is none */
function endOf(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : position;
}

function stringFault(text: string, position: number): string {
  const found = text[position];
  if (found === "\\") return "what follows this backslash has no meaning in JSON";
  if (found === undefined || found === "\n" || found === "\r") return "the closing double quote is missing";
  return `${shown(text, position)} cannot stand in a text; write it as \\u and four digits`;
}

function shown(text: string, position: number): string {
  const code = text.codePointAt(position);
  if (code === undefined) return "the end of the file";
  if (code > 0x20 && code < 0x7f) return String.fromCodePoint(code);
  return `a character that is not seen (U+${code.toString(16).toUpperCase().padStart(4, "0")})`;
}

/** Both counted from 1, as editors do. */
function place(text: string, position: number): string {
  const before = text.slice(0, position).split(/\r\n|\r|\n/);
  return `line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
