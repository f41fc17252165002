/** Characters that nobody sees and copying brings along: blanks of all kinds, controls, zero-width and bidi marks. */
const invisible = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]$/u;
const control = /\p{Cc}/u;

/** A user name or code as it was meant: without what copying and pasting put around it. Inside nothing is changed. */
export function withoutEdges(typed: string): string {
  const characters = [...typed];
  const isVisible = (character: string) => !invisible.test(character);
  // No expression of the form /x+$/: on a long run of blanks inside, its time grows with the square of the length.
  const first = characters.findIndex(isVisible);
  return first === -1 ? "" : characters.slice(first, characters.findLastIndex(isVisible) + 1).join("");
}

/**
 * The user name that a site suggests for the form.
 *
 * @param longest in characters
 * @returns empty for a hint that nobody types, such as one with a line break
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (login_hint)
 */
export function suggestedName(hint: unknown, longest: number): string {
  const name = typeof hint === "string" && !control.test(hint) ? withoutEdges(hint) : "";
  return name.length > longest ? "" : name;
}
