/**
 * The known name that was probably meant: the same but for capitals, hyphens and underscores, or a few letters
 * off.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((candidate) => ({ candidate, away: distance(plain(name), plain(candidate)) }))
    .filter(({ candidate, away }) => away <= Math.ceil(candidate.length / 4))
    .sort((a, b) => a.away - b.away);
  return nearest?.candidate;
}

/** No known name is as long: a longer one is not compared letter by letter. */
const longest = 60;

function plain(name: string): string {
  return name.slice(0, longest).toLowerCase().replace(/[-_]/g, "");
}

/** Levenshtein's: letters to add, take away or change. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (const letter of from) {
    const next = [(row[0] ?? 0) + 1];
    for (let index = 1; index < row.length; index++) {
      const changed = (row[index - 1] ?? 0) + (letter === to[index - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[index] ?? 0) + 1, (next[index - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
