import { readEnvironment } from "./env.ts";
import { type Ledger, openLedger } from "./ledger.ts";

const key = Symbol.for("gatehouse.bank.ledger");
const shared = globalThis as unknown as Record<symbol, Ledger | undefined>;

/** One connection per process, because Next.js bundles this module into every page. */
export function openLedgerOnce(): Ledger {
  shared[key] ??= openLedger(readEnvironment().ledgerFile);
  return shared[key];
}
