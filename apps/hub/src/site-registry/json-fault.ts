import { type ParseErrorCode, printParseErrorCode, visit } from "jsonc-parser";

/** One sentence for each error code of the parser, which has no messages. */
const sentences: Readonly<Record<string, string>> = {
  InvalidSymbol: "this is no JSON; strings and names take double quotes",
  InvalidNumberFormat: "this is no JSON number",
  PropertyNameExpected: "a name in double quotes should be here",
  ValueExpected: "a value should be here",
  ColonExpected: "a colon should be here",
  CommaExpected: "a comma should be here",
  CloseBraceExpected: "a closing } should be here",
  CloseBracketExpected: "a closing ] should be here",
  EndOfFileExpected: "the file should end here",
  InvalidCommentToken: "JSON has no comments",
  UnexpectedEndOfComment: "JSON has no comments",
  UnexpectedEndOfString: "the closing double quote is missing",
  UnexpectedEndOfNumber: "this number is not complete",
  InvalidUnicode: "\\u needs four hexadecimal digits",
  InvalidEscapeCharacter: "this backslash starts no escape that JSON has; write \\\\ for a backslash",
  InvalidCharacter: "a control character must be written as \\u and four digits",
};

/**
 * Finds where a text stops being JSON. The message of `JSON.parse` does not always name the place, and repeats a part
 * of the text, which may hold a secret.
 *
 * @returns a sentence that begins with line and column, both counted from 1; `undefined`: the text is JSON
 */
export function jsonFault(text: string): string | undefined {
  if (isJson(text)) return undefined;
  if (text.startsWith("\ufeff")) return "it begins with a byte order mark; save it as UTF-8 without one";
  let fault: string | undefined;
  const note = (code: ParseErrorCode, line: number, column: number): void => {
    fault ??= `line ${line + 1}, column ${column + 1}: ${sentences[printParseErrorCode(code)] ?? "this is not JSON"}`;
  };
  try {
    const onError = (
      code: ParseErrorCode,
      _offset: number,
      _length: number,
      line: number,
      column: number,
    ): void => note(code, line, column);
    visit(text, { onError }, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return "it is nested too deeply";
  }
  return fault ?? "it holds a character that JSON does not allow";
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
