import { resolve } from "node:path";

/** What the bank takes from its environment; the three variables of signing in belong to `@gatehouse/auth`. */
export interface BankEnvironment {
  /** Where the bank keeps its ledger. */
  readonly ledgerFile: string;
  /** The hub's idle limit in words, `30 minutes`: said to somebody who was signed out by it. */
  readonly idleLimit: string;
}

const UNITS = { s: "second", m: "minute", h: "hour", d: "day" } as const;

/**
 * The only place of the bank that reads `process.env`. Called when a request needs it, not at import:
 * `next build` evaluates every module on machines that have no settings.
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): BankEnvironment {
  const dataDirectory = source.DATA_DIR ?? resolve(process.cwd(), "../../.data");
  return {
    ledgerFile: resolve(/* turbopackIgnore: true */ dataDirectory, "bank.sqlite"),
    idleLimit: inWords(source.SESSION_IDLE ?? "30m"),
  };
}

/** Only words: a setting that is wrong stops the hub, and here leaves a sentence that is still true. */
function inWords(duration: string): string {
  const [, amount, unit] = /^(\d+)([smhd])$/.exec(duration) ?? [];
  if (amount === undefined || unit === undefined) return "some time";
  return `${amount} ${UNITS[unit as keyof typeof UNITS]}${amount === "1" ? "" : "s"}`;
}
