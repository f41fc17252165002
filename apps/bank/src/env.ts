import { resolve } from "node:path";

/** What the bank takes from its environment; the three variables of signing in belong to `@gatehouse/auth`. */
export interface BankEnvironment {
  /** The public origin, `http://bank.localhost:3002`. Never taken from a Host header. */
  readonly siteOrigin: string;
  /** Where the bank keeps its ledger. */
  readonly ledgerFile: string;
}

/**
 * The only place of the bank that reads `process.env`. Called when a request needs it, not at import:
 * `next build` evaluates every module on machines that have no settings.
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): BankEnvironment {
  const siteUrl = URL.parse(source.SITE_URL ?? "");
  if (siteUrl === null || !/^https?:$/.test(siteUrl.protocol))
    throw new Error("SITE_URL should be the bank's public origin, like https://bank.example.");
  const dataDirectory = source.DATA_DIR ?? resolve(process.cwd(), "../../.data");
  return {
    siteOrigin: siteUrl.origin,
    ledgerFile: resolve(/* turbopackIgnore: true */ dataDirectory, "bank.sqlite"),
  };
}
