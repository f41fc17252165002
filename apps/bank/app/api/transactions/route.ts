import { ApiRefusal } from "@gatehouse/auth/api";
import { invalidParameter, protect, readQuery } from "../../../src/api/bank-api.ts";
import { monthOf } from "../../../src/calendar-date.ts";
import { type Entry, openLedgerOnce } from "../../../src/ledger.ts";

export const dynamic = "force-dynamic";

/** The user's transactions, of all accounts or one (`account`), of all time or one month (`month=2026-11`). */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = protect({
  GET: {
    scope: "transactions.read",
    answer(request, { personId }) {
      const { account, month } = readQuery(request, ["account", "month"]);
      if (month !== undefined && !/^\d{4}-(?:0[1-9]|1[0-2])$/.test(month))
        throw invalidParameter("month should be a year and a month, as 2026-11.");
      const ledger = openLedgerOnce();
      const accounts = ledger
        .accountsOf(personId)
        .filter(({ id }) => account === undefined || id === account);
      if (accounts.length === 0) throw new ApiRefusal(404, "account_unknown", "There is no such account.");
      const transactions = accounts
        .flatMap(({ id }) => ledger.monthsOf(personId, id).flatMap(({ entries }) => entries.map(toJson(id))))
        .filter(({ bookedOn }) => month === undefined || monthOf(bookedOn) === month)
        .toSorted((one, other) => other.bookedOn.localeCompare(one.bookedOn));
      return Response.json({ transactions });
    },
  },
});

function toJson(accountId: string) {
  return ({ sequence, bookedOn, description, category, amountCents, balanceCents }: Entry) => ({
    id: `${accountId}-${sequence}`,
    accountId,
    bookedOn,
    description,
    category,
    currency: "EUR",
    amountMinor: amountCents,
    balanceMinor: balanceCents,
  });
}
