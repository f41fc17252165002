/** Invisible characters that copying adds: blanks of all kinds, control characters, zero-width and bidi marks. */
const invisible = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]$/u;
const control = /\p{Cc}/u;

/** Removes the characters that copying adds around a username or code; the inside is unchanged. */
export function trimInvisible(typed: string): string {
  const characters = [...typed];
  const isVisible = (character: string) => !invisible.test(character);
  // No expression of the form /x+$/: its run time is quadratic in the length of a run of blanks inside.
  const first = characters.findIndex(isVisible);
  return first === -1 ? "" : characters.slice(first, characters.findLastIndex(isVisible) + 1).join("");
}

/**
 * The username that a site suggests for the form.
 *
 * @param longest in characters
 * @returns empty for a hint that cannot be a typed name, such as one with a line break
 * @see OpenID Connect Core 1.0, section 3.1.2.1 (login_hint)
 */
export function suggestedName(hint: unknown, longest: number): string {
  const name = typeof hint === "string" && !control.test(hint) ? trimInvisible(hint) : "";
  return name.length > longest ? "" : name;
}
