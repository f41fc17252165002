/** Fails closed: whatever is not a list of names makes nobody a member of anything. */
export function readGroups(groups: unknown): readonly string[] {
  return Array.isArray(groups) && groups.every((group) => typeof group === "string") ? groups : [];
}
