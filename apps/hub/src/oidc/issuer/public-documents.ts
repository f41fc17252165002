/** Addresses of the issuer's metadata, and cache lifetime of its public documents. */
import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";

const ofTheIssuer = "/oidc/.well-known/openid-configuration";

/**
 * Other addresses of the same document: some clients append the issuer's path to the well-known part.
 *
 * @see RFC 8414, sections 3 and 5
 */
export const metadataAddresses: Readonly<Record<string, string>> = {
  "/.well-known/oauth-authorization-server/oidc": ofTheIssuer,
  "/.well-known/openid-configuration/oidc": ofTheIssuer,
};

/** Cache lifetime; a key is published a day before it signs. */
const keptSeconds = 900;

export function letDocumentsBeKept(provider: Provider): void {
  provider.use(async (context, next) => {
    await next();
    const { oidc, status, set } = context as KoaContextWithOIDC;
    const isDocument = oidc?.route === "discovery" || oidc?.route === "jwks";
    if (isDocument && status === 200) set.call(context, "cache-control", `public, max-age=${keptSeconds}`);
  });
}
