import { ACCOUNT_NAMES } from "../../../src/account-name.ts";
import { protect } from "../../../src/api/bank-api.ts";
import { readQuery } from "../../../src/api/read-query.ts";
import { openLedgerOnce } from "../../../src/open-ledger-once.ts";

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
