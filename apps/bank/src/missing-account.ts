import type { Ledger, LedgerMonth } from "./ledger.ts";

/** The month that an account's page shows: the requested one, or the latest; `null` when there is none. */
export function findMonth(
  months: readonly LedgerMonth[],
  asked: string | readonly string[] | undefined,
): LedgerMonth | null {
  const found = asked === undefined ? months[0] : months.find(({ month }) => month === asked);
  return found ?? null;
}

/** Whether a path is the page of an account or month that the user does not have. */
export function asksForMissingAccount(
  ledger: Ledger,
  personId: string,
  pathname: string,
  query: URLSearchParams,
): boolean {
  const accountId = /^\/accounts\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (accountId === undefined) return false;
  const months = query.getAll("month");
  const asked = months.length > 1 ? months : months[0];
  return findMonth(ledger.monthsOf(personId, accountId), asked) === null;
}

/** Whether a path cannot be decoded. Next.js answers such paths with a bare error before any page runs. */
export function isUnreadable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return false;
  } catch {
    return true;
  }
}
