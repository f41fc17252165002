/**
 * CORS for the issuer's answers. Other origins get no CORS headers, so their browsers withhold the answer. `Origin` is
 * no reason to refuse a request, because programs send values such as `null`, `file://` and `app://localhost`.
 *
 * @see Fetch Standard, CORS protocol; RFC 9700, section 2.6
 */

import { isLoopbackHost } from "../../settings/env.ts";
import type { RegisteredSite } from "../../site-registry/registered-site.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import type { KoaContextWithOIDC, Provider } from "./provider.ts";

/** Public documents, which pages of every origin may read. */
const open = new Set(["discovery", "jwks"]);

const allowing = ["access-control-allow-origin", "access-control-expose-headers"];

/**
 * Removes the CORS headers that oidc-provider sets for every origin before it knows the site. Preflight requests name
 * no site and reveal nothing, so they are answered for every origin.
 */
export function limitOrigins(provider: Provider, sites: Pick<SiteRegistry, "find" | "list">): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    const origin = ctx.get("origin");
    if (origin === "" || ctx.method === "OPTIONS" || open.has(ctx.oidc?.route)) return;
    const site = sites.find(ctx.oidc?.client?.clientId ?? "");
    // The site of an expired token is unknown, but its page must be able to read the error.
    const asking = site === undefined ? sites.list() : [site];
    if (asking.some((one) => allows(one, origin))) return;
    for (const name of allowing) ctx.remove(name);
  });
}

/** Whether the origin is that of a redirect URI; for a native program's loopback URI with any port (RFC 8252, 7.3). */
function allows({ oidc }: RegisteredSite, origin: string): boolean {
  const asking = URL.parse(origin);
  if (oidc === undefined || asking === null) return false;
  return oidc.redirectUris.some((uri) => {
    const url = new URL(uri);
    if (url.protocol !== asking.protocol) return false;
    if (url.host === asking.host) return url.host !== "";
    const isNative = oidc.applicationType === "native" && url.protocol === "http:";
    return isNative && url.hostname === asking.hostname && isLoopbackHost(url.hostname);
  });
}
