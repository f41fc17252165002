/** Where the issuer's metadata is found, and for how long its public documents may be kept. */
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";

const ofTheIssuer = "/oidc/.well-known/openid-configuration";

/**
 * Addresses of the same document: clients put the issuer's path behind the well-known part too.
 *
 * @see RFC 8414, sections 3 and 5
 */
export const metadataAddresses: Readonly<Record<string, string>> = {
  "/.well-known/oauth-authorization-server/oidc": ofTheIssuer,
  "/.well-known/openid-configuration/oidc": ofTheIssuer,
};

/** A key is published a day before it signs; a new endpoint waits for nobody. */
const keptSeconds = 900;

export function letDocumentsBeKept(provider: Provider): void {
  provider.use(async (context, next) => {
    await next();
    const { oidc, status, set } = context as KoaContextWithOIDC;
    const isDocument = oidc?.route === "discovery" || oidc?.route === "jwks";
    if (isDocument && status === 200) set.call(context, "cache-control", `public, max-age=${keptSeconds}`);
  });
}
