/** Values from outside that PostgreSQL would answer with an error instead of finding nothing. */

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether PostgreSQL accepts a value as a UUID. */
export function isUuid(id: string): boolean {
  return uuid.test(id);
}

/** Text without NUL, which PostgreSQL refuses. No stored text contains the replacement, so a search finds nothing. */
export function withoutNul(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}

/** In JSON text: an escaped NUL or half of a surrogate pair. An even number of backslashes before it is text. */
const unstorable = /(?<!\\)((?:\\\\)*)\\u(?:0000|d[89a-f][0-9a-f]{2})/g;

/** JSON for a `jsonb` column, which refuses NUL and halves of surrogate pairs; they become U+FFFD. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(unstorable, "$1\\ufffd");
}
