/**
 * Which pages may read the issuer's answers. An origin that may not gets no CORS headers, and its browser keeps the
 * answer from it; nothing is refused because of an `Origin`, since programs send all kinds of them: `null`, `file://`,
 * `app://localhost`.
 *
 * @see Fetch Standard, CORS protocol; RFC 9700, section 2.6
 */
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import { isLoopbackHost } from "../env.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

/** Public documents, for the pages of every origin. */
const open = new Set(["discovery", "jwks"]);

const allowing = ["access-control-allow-origin", "access-control-expose-headers"];

/**
 * oidc-provider answers before it knows the site, and so for every origin; what it may not say is taken away before the
 * answer goes out. A preflight names no site: it is answered for every origin, and gives nothing away.
 */
export function limitOrigins(provider: Provider, sites: Pick<SiteRegistry, "find" | "list">): void {
  provider.use(async (context, next) => {
    await next();
    const ctx = context as KoaContextWithOIDC;
    const origin = ctx.get("origin");
    if (origin === "" || ctx.method === "OPTIONS" || open.has(ctx.oidc?.route)) return;
    const site = sites.find(ctx.oidc?.client?.clientId ?? "");
    // Whose token it was is not known of one that is over, and its page has to hear of that.
    const asking = site === undefined ? sites.list() : [site];
    if (asking.some((one) => allows(one, origin))) return;
    for (const name of allowing) ctx.remove(name);
  });
}

/** A site's pages are where its codes go. A native program's loopback page may have any port (RFC 8252, 7.3). */
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
