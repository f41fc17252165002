/** Maximum length of a reference, in characters. */
export const LONGEST_REFERENCE = 140;

/** Whether a value is one line of visible characters. */
export function isReference(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_REFERENCE && !/\p{C}/u.test(value);
}
