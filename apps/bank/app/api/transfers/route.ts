import { ApiRefusal } from "@gatehouse/auth/api";
import { protect, readQuery } from "../../../src/api/bank-api.ts";
import { readIdempotencyKey, readTransferRequest } from "../../../src/api/transfer-request.ts";
import type { TransferOutcome } from "../../../src/book-transfer.ts";
import { openLedgerOnce } from "../../../src/ledger.ts";

export const dynamic = "force-dynamic";

/** Moves money between two accounts of the user. With an `Idempotency-Key`, a repeated request is booked once. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = protect({
  POST: {
    scope: "transfers.write",
    async answer(request, { personId, siteId }) {
      readQuery(request, []);
      const idempotencyKey = readIdempotencyKey(request);
      const { amountMinor, ...order } = await readTransferRequest(request);
      const outcome = openLedgerOnce().transfer(personId, {
        ...order,
        amountCents: amountMinor,
        siteId,
        idempotencyKey,
      });
      if (!("transfer" in outcome)) throw refusals[outcome.state]();
      return Response.json({ ...outcome.transfer, ...order, amountMinor, currency: "EUR" }, { status: 201 });
    },
  },
});

type Refused = Exclude<TransferOutcome, { readonly transfer: unknown }>["state"];

const refuse = (code: string, message: string) => () => new ApiRefusal(422, code, message);
const refusals: Readonly<Record<Refused, () => ApiRefusal>> = {
  "account-unknown": refuse("account_unknown", "One of the accounts does not exist."),
  "same-account": refuse("same_account", "Both accounts are the same one."),
  "not-enough": refuse("insufficient_funds", "There is less on the account than that."),
  "key-used": refuse("idempotency_key_reused", "This Idempotency-Key came with another order before."),
};
