/** How long her words for a transfer can be. */
export const LONGEST_REFERENCE = 140;

/** One line of signs that can be seen: an entry shows it among other people's figures. */
export function isReference(value: unknown): value is string {
  return typeof value === "string" && value.length <= LONGEST_REFERENCE && !/\p{C}/u.test(value);
}
