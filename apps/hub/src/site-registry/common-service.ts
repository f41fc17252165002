import { matchesService, parseService, type Service, type ServicePattern } from "@gatehouse/cas/server";

/** Stands for a wildcard where neither pattern restricts it. */
const anySegment = "x";

/**
 * Finds a service that both patterns stand for; `undefined`: there is none.
 *
 * Tried is one address alone, as long as the longer pattern and with each pattern's own words in their places. If any
 * address fits both, this one does: where a pattern has a word, every common address has it too; where neither has
 * one, any plain segment will do; and what `/**` adds behind can be left out.
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
