/**
 * PostgreSQL answers a text with NUL with an error, not with "no such thing". Nothing that we store has one, so what
 * a stranger sends becomes a text that is not there.
 */
export function withoutNul(text: string): string {
  return text.replaceAll("\0", "\uFFFD");
}
