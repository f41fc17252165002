import { resolve } from "node:path";

/** What the bank takes from its environment; the three variables of signing in belong to `@gatehouse/auth`. */
export interface BankEnvironment {
  /** Where the bank keeps its ledger. */
  readonly ledgerFile: string;
}

/**
 * The only place of the bank that reads `process.env`. Called when a request needs it, not at import:
 * `next build` evaluates every module on machines that have no settings.
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): BankEnvironment {
  const dataDirectory = source.DATA_DIR ?? resolve(process.cwd(), "../../.data");
  return {
    ledgerFile: resolve(/* turbopackIgnore: true */ dataDirectory, "bank.sqlite"),
  };
}
