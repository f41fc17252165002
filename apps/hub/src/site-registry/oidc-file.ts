/** Fields of a registration file for OpenID Connect. */
import { z } from "zod";

export const grants = ["authorization_code", "refresh_token", "client_credentials", "device_code"] as const;
const clientAuthentications = [
  "client_secret_basic",
  "client_secret_post",
  "private_key_jwt",
  "none",
] as const;
const scopeName = z.string().regex(/^[!#-[\]-~]{1,100}$/, "should be a scope: no space, quote or backslash");

/** Shared by both protocols' sign-ins of a site. */
export const popup = z
  .boolean()
  .default(false)
  .describe(
    "true: the site signs in in a popup, and the hub's pages of that sign-in keep window.opener. Any page that opens them can then navigate that window.",
  );

export const oidcFile = z.strictObject({
  redirectUris: z
    .array(z.string(), "should be a list of addresses in [ ]")
    .default([])
    .describe("Addresses that may receive codes; compared exactly. Required for authorization_code."),
  postLogoutRedirectUris: z
    .array(z.string(), "should be a list of addresses in [ ]")
    .default([])
    .describe(
      "Addresses that the browser may return to after sign-out; compared exactly. A sign-out that names another address is refused, so with none the site names no address.",
    ),
  backchannelLogoutUrl: z
    .string()
    .optional()
    .describe(
      "Address that receives a logout token when the session ends. Default: the site is not notified.",
    ),
  grants: z
    .array(z.enum(grants))
    .min(1)
    .default(["authorization_code"])
    .describe("Grant types that the site may use."),
  scopes: z
    .array(scopeName)
    .default(["openid", "profile", "email"])
    .describe(
      "Scopes that the site may request: openid, profile (name, preferred_username, picture), email, groups, offline_access, and scopes of APIs.",
    ),
  clientAuthentication: z
    .enum(clientAuthentications)
    .default("client_secret_basic")
    .describe("The one method by which the site authenticates. none: PKCE alone."),
  pkce: z
    .enum(["required", "optional"])
    .default("required")
    .describe(
      "optional: the hub also accepts requests without a challenge; only for first-party sites with a secret or key.",
    ),
  jwks: z
    .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1) })
    .optional()
    .describe("Public keys of the site, for private_key_jwt."),
  subject: z
    .enum(["public", "pairwise"])
    .default("public")
    .describe("public: a user has the same sub at all sites. pairwise: a different sub for this site."),
  idTokenClaims: z
    .enum(["scopes", "requested"])
    .default("scopes")
    .describe(
      "scopes: ID tokens contain the claims of the granted scopes. requested: only those named in the claims parameter; userinfo has the rest.",
    ),
  idTokenAlgorithm: z
    .enum(["RS256", "ES256"])
    .default("RS256")
    .describe("Signature algorithm of ID tokens and logout tokens. The client has to expect the same."),
  applicationType: z
    .enum(["web", "native"])
    .default("web")
    .describe(
      "native: a program on the user's machine; its loopback redirect URI may have any port, and the hub always shows the consent page.",
    ),
  popup,
  policyUri: z.string().optional().describe("Privacy policy of the site, https; the consent page links it."),
  termsUri: z
    .string()
    .optional()
    .describe("Terms of service of the site, https; the consent page links them."),
});

/** Fields of a registration file for an API that accepts the hub's tokens. */
export const apiFile = z.strictObject({
  resource: z.string().describe("Address of the API: the audience of its tokens."),
  scopes: z
    .record(scopeName, z.string().min(1).max(120))
    .describe("Scopes of the API, each with a description for users, such as: see your transactions."),
  sensitive: z
    .array(scopeName, "should be a list of scopes in [ ]")
    .default([])
    .describe("Scopes that move money or cannot be undone; no page ticks them in advance."),
  tokens: z
    .enum(["opaque", "jwt"])
    .default("opaque")
    .describe(
      "opaque: the API asks the hub at each call, and revocation takes effect at once. jwt: the API verifies the token itself, which stays valid until it expires.",
    ),
});
