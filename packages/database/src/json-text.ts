/** In JSON text: NUL or half a surrogate pair, where the backslash is not itself one that is escaped. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/**
 * JSON that PostgreSQL's `jsonb` takes: it refuses NUL and halves of surrogate pairs. Nothing that we store has one, so
 * what a stranger sends becomes a text that is not there (`without-nul.ts`).
 */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(unstorable, "$1\\ufffd");
}
