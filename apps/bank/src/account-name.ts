import type { AccountKind } from "./ledger.ts";

export const ACCOUNT_NAMES: Readonly<Record<AccountKind, string>> = {
  current: "Current account",
  savings: "Savings",
};
