import type { Person } from "@gatehouse/database";
import type { Call } from "../http/route.ts";
import type { FactorChange } from "../mail/queue-mail.ts";

/** Changes of one-time codes and recovery codes. */
type CodesChange = Extract<
  FactorChange,
  "codes-on" | "codes-off" | "recovery-codes-made" | "recovery-code-used"
>;

/** Records a change of a user's factors, and notifies the user by mail. */
export type FactorChanged = (
  call: Pick<Call, "log" | "address" | "userAgent">,
  person: Person,
  change: CodesChange,
) => Promise<void>;
