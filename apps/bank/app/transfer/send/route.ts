import { seeOther } from "@gatehouse/auth/form-route";
import { checkSignIn } from "../../../src/auth.ts";
import { formRoute, refuseAtTransfer } from "../../../src/form-route.ts";
import { judgeTransfer, SECOND_STEP_ABOVE_CENTS } from "../../../src/judge-transfer.ts";
import { openLedgerOnce } from "../../../src/ledger.ts";

export const dynamic = "force-dynamic";

/** Maximum age of the sign-in, in seconds. */
const RECENT = 300;

/** Strength of the sign-in for large amounts. */
const SECOND_STEP = { acr: "urn:gatehouse:acr:factor" } as const;

/**
 * Moves money for a user who signed in within the last five minutes, large amounts with a second step. Others sign in or
 * prove the step first and come back to the form as they left it. The draft's id makes a form that is sent twice one transfer.
 */
export const POST = formRoute(["draft", "from", "to", "amount", "reference"], async (fields, pageUserId) => {
  const { draft, ...typed } = fields;
  const ledger = openLedgerOnce();
  const returnTo = `/transfer?${new URLSearchParams({ draft })}`;
  if (pageUserId === null || !ledger.drafts.keep(pageUserId, draft, typed)) {
    const isOfAnother = pageUserId !== null && ledger.drafts.isOfAnother(pageUserId, draft);
    // Otherwise it is more than a day old, or unknown.
    return isOfAnother ? seeOther(returnTo) : refuseAtTransfer("expired");
  }
  const known = await checkSignIn({ returnTo });
  if (known.session === null) return seeOther(known.leaveFor);
  const personId = known.session.user.id;
  if (ledger.drafts.find(personId, draft) === null) return seeOther(returnTo);
  const { order } = judgeTransfer(typed, ledger.accountsOf(personId));
  if (order === null) return seeOther(returnTo);
  const stronger = order.amountCents > SECOND_STEP_ABOVE_CENTS ? SECOND_STEP : {};
  const proved = await checkSignIn({ returnTo, maxAge: RECENT, ...stronger });
  if (proved.session === null) return seeOther(proved.leaveFor);
  const outcome = ledger.transfer(personId, { ...order, siteId: null, idempotencyKey: draft });
  if ("transfer" in outcome) return seeOther(`/transfer/done?transfer=${outcome.transfer.id}`);
  if (outcome.state !== "key-used") return seeOther(returnTo);
  return seeOther(`/transfer/done?transfer=${outcome.before.id}&changed=true`);
});
