import { distance } from "fastest-levenshtein";

/**
 * Finds the known name that was probably meant: the same but for capitals, hyphens and underscores, or different in at
 * most a quarter of its letters.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const [nearest] = known
    .map((candidate) => ({ candidate, away: distance(plain(name), plain(candidate)) }))
    .filter(({ candidate, away }) => away <= Math.ceil(candidate.length / 4))
    .sort((a, b) => a.away - b.away);
  return nearest?.candidate;
}

/** In characters. Every known name is shorter, and the comparison takes quadratic time. */
const longest = 60;

function plain(name: string): string {
  return name.slice(0, longest).toLowerCase().replace(/[-_]/g, "");
}
