/**
 * Tabs that open at once, as when a browser comes back with yesterday's: while the first is on its way to the hub the
 * others go too, or they would show a page for nobody. After that a visit is asked about once, and whoever turned back
 * half-way is left alone.
 */
const togetherMs = 10_000;

/** What the cookie `asked` holds while the hub is being asked. */
export function departure(now: number): string {
  return `since-${now}`;
}

/** @param asked value of the cookie */
export function isUnderWay(asked: string, now: number): boolean {
  const since = Number(/^since-(\d{1,15})$/.exec(asked)?.[1] ?? Number.NaN);
  return now - since >= 0 && now - since < togetherMs;
}
