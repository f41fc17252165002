/** Settings of the budget tool. */
import { homedir } from "node:os";
import { join } from "node:path";

export interface Settings {
  /** Origin of the hub, without a trailing slash. */
  readonly hubUrl: string;
  readonly bankUrl: string;
  /** File of the tokens. */
  readonly tokensFile: string;
}

export function readSettings(): Settings {
  const { HUB_URL, BANK_URL, BUDGET_TOKENS } = process.env;
  return {
    hubUrl: HUB_URL ?? "http://hub.localhost:3000",
    bankUrl: BANK_URL ?? "http://bank.localhost:3002",
    tokensFile: BUDGET_TOKENS ?? join(homedir(), ".gatehouse-budget.json"),
  };
}
