import { resolve } from "node:path";

/** What the shop takes from its environment; the three variables of signing in belong to `@gatehouse/auth`. */
export interface ShopEnvironment {
  /** The public origin, `http://shop.localhost:3001`. Never taken from a Host header. */
  readonly siteOrigin: string;
  /** Cookies get `Secure` and the `__Host-` prefix. */
  readonly https: boolean;
  /** Where the shop keeps its carts. */
  readonly cartFile: string;
}

/**
 * The only place of the shop that reads `process.env`. Called when a request needs it, not at import:
 * `next build` evaluates every module on machines that have no settings.
 */
export function readEnvironment(source: NodeJS.ProcessEnv = process.env): ShopEnvironment {
  const siteUrl = source.SITE_URL ?? "";
  if (!URL.canParse(siteUrl) || !/^https?:\/\//.test(siteUrl)) {
    throw new Error(
      `SITE_URL should be the shop's public origin, like https://shop.example; it is "${siteUrl}".`,
    );
  }
  const url = new URL(siteUrl);
  const dataDirectory = source.DATA_DIR ?? resolve(process.cwd(), "../../.data");
  return {
    siteOrigin: url.origin,
    https: url.protocol === "https:",
    cartFile: resolve(/* turbopackIgnore: true */ dataDirectory, "shop.sqlite"),
  };
}
