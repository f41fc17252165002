import { matchesService, parseService, type Service, type ServicePattern } from "@gatehouse/cas/server";

/** Segment for a place where both patterns have a wildcard. */
const anySegment = "x";

/**
 * Finds a service that matches both patterns; `undefined`: there is none.
 *
 * One candidate is enough: an address as long as the longer pattern, with the literal segments of both patterns. If any
 * address matches both patterns, this one does: every common address has the literal segments of both, any plain segment
 * matches two wildcards, and segments matched by a trailing `/**` can be omitted.
 */
export function commonService(left: ServicePattern, right: ServicePattern): Service | undefined {
  if (!canMeet(left, right)) return undefined;
  const length = Math.max(left.segments.length, right.segments.length);
  const segments = Array.from(
    { length },
    (_, index) => left.segments[index] ?? right.segments[index] ?? anySegment,
  );
  const service = readService(`${left.origin}/${segments.join("/")}`);
  if (service === undefined || !matchesService(left, service) || !matchesService(right, service))
    return undefined;
  return service;
}

/** Cheap check that rejects most pairs of patterns without building an address. */
function canMeet(left: ServicePattern, right: ServicePattern): boolean {
  const isLonger = left.segments.length > right.segments.length;
  const [short, long] = isLonger ? [right, left] : [left, right];
  if (left.origin !== right.origin) return false;
  if (short.segments.length < long.segments.length && !short.below) return false;
  return short.segments.every((word, index) => {
    const other = long.segments[index] ?? null;
    return word === null || other === null || word === other;
  });
}

/** An address that is refused as a service, such as one that is too long, belongs to no site. */
function readService(url: string): Service | undefined {
  try {
    return parseService(url);
  } catch {
    return undefined;
  }
}
