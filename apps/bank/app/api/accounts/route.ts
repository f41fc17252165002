import { protect, readQuery } from "../../../src/api/bank-api.ts";
import { ACCOUNT_NAMES, openLedgerOnce } from "../../../src/ledger.ts";

export const dynamic = "force-dynamic";

/** The user's accounts with their balances in cents. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = protect({
  GET: {
    scope: "accounts.read",
    answer(request, { personId }) {
      readQuery(request, []);
      const accounts = openLedgerOnce()
        .accountsOf(personId)
        .map(({ id, kind, number, openedOn, balanceCents }) => {
          return {
            id,
            kind,
            name: ACCOUNT_NAMES[kind],
            number,
            openedOn,
            currency: "EUR",
            balanceMinor: balanceCents,
          };
        });
      return Response.json({ accounts });
    },
  },
});
