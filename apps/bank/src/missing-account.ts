import type { Ledger, LedgerMonth } from "./ledger.ts";

/** The month that an account's page shows: the one asked for, or the latest. `null` when it has none such. */
export function findMonth(
  months: readonly LedgerMonth[],
  asked: string | readonly string[] | undefined,
): LedgerMonth | null {
  const found = asked === undefined ? months[0] : months.find(({ month }) => month === asked);
  return found ?? null;
}

/** Whether a path is the page of an account, or of a month, that this person does not have. */
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

/** Whether a path holds what cannot be decoded: Next answers it with a bare failure, before a page could. */
export function isUnreadable(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return false;
  } catch {
    return true;
  }
}
