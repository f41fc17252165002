import { resolve } from "node:path";

/** The shop's settings; `@gatehouse/auth` reads those of the sign-in. */
export interface ShopEnvironment {
  /** The public origin, `http://shop.localhost:3001`. Never taken from a Host header. */
  readonly siteOrigin: string;
  /** Cookies get `Secure` and the `__Host-` prefix. */
  readonly https: boolean;
  /** Database file of the carts. */
  readonly cartFile: string;
}

/**
 * Reads the environment; no other file of the shop does. Called for a request and not at import, because `next build`
 * evaluates every module without settings.
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
