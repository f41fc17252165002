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

/** Of a site's sign-in by either protocol. */
export const popup = z
  .boolean()
  .default(false)
  .describe(
    "true: the site opens its sign-in in a popup, and the hub's pages there keep window.opener. Any page that opens them can then navigate that window.",
  );

export const oidcFile = z.strictObject({
  redirectUris: z
    .array(z.string(), "should be a list of addresses in [ ]")
    .default([])
    .describe("Where codes may be sent; compared exactly."),
  postLogoutRedirectUris: z
    .array(z.string(), "should be a list of addresses in [ ]")
    .default([])
    .describe("Where people may be sent after sign-out; compared exactly."),
  backchannelLogoutUrl: z.string().optional().describe("Where the hub posts a logout token."),
  grants: z.array(z.enum(grants)).min(1).default(["authorization_code"]).describe("How tokens are obtained."),
  scopes: z
    .array(scopeName)
    .default(["openid", "profile", "email"])
    .describe("What may be asked for; scopes of an API as its registration names them."),
  clientAuthentication: z
    .enum(clientAuthentications)
    .default("client_secret_basic")
    .describe("How the site proves itself, and in no other way; none: by PKCE alone."),
  pkce: z
    .enum(["required", "optional"])
    .default("required")
    .describe(
      "optional: also takes requests without a challenge, as of the conformance suite; for first-party sites with a secret.",
    ),
  jwks: z
    .strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1) })
    .optional()
    .describe("Public keys of the site, for private_key_jwt."),
  subject: z
    .enum(["public", "pairwise"])
    .default("public")
    .describe("public: the same sub at every site. pairwise: one of its own."),
  idTokenClaims: z
    .enum(["scopes", "requested"])
    .default("scopes")
    .describe(
      "What ID tokens say of people. scopes: what the granted scopes release, which most clients read there. requested: only what the claims parameter names; the rest is at userinfo.",
    ),
  idTokenAlgorithm: z.enum(["RS256", "ES256"]).default("RS256").describe("How ID tokens are signed."),
  applicationType: z
    .enum(["web", "native"])
    .default("web")
    .describe("native: a program on a person's machine; redirects to loopback on any port."),
  popup,
  policyUri: z
    .string()
    .optional()
    .describe("The privacy policy of whoever runs the site, https; linked where people allow something."),
  termsUri: z
    .string()
    .optional()
    .describe("The terms of service of whoever runs the site, https; linked where people allow something."),
});

/** Fields of a registration file for an API that accepts the hub's tokens. */
export const apiFile = z.strictObject({
  resource: z.string().describe("Its address; what tokens for it name as audience."),
  scopes: z
    .record(scopeName, z.string().min(1).max(120))
    .describe("What tokens may allow, and each in words for people, as in: see your transactions."),
  sensitive: z
    .array(scopeName, "should be a list of scopes in [ ]")
    .default([])
    .describe("Which of the scopes move money or cannot be undone; no page ticks them beforehand."),
  tokens: z
    .enum(["opaque", "jwt"])
    .default("opaque")
    .describe("opaque: asked about at the hub, dead at once when taken back. jwt: verified without asking."),
});
