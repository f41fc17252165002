import { resolve } from "node:path";

/** The bank's settings; `@gatehouse/auth` reads those of the sign-in. */
export interface BankEnvironment {
  /** The public origin, `http://bank.localhost:3002`. Never taken from a Host header. */
  readonly siteOrigin: string;
  /** Database file of the ledger. */
  readonly ledgerFile: string;
}

/**
 * Reads the environment; no other file of the bank does. Called for a request and not at import, because `next build`
 * evaluates every module without settings.
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
