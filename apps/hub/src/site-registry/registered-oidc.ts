/** A site's OpenID Connect half, as its registration file makes it. */
import type { z } from "zod";
import type { apiFile, oidcFile } from "./oidc-file.ts";
import { hasUserInfo, hostFault } from "./registered-address.ts";

export type RegisteredOidc = z.infer<typeof oidcFile>;
export type RegisteredApi = z.infer<typeof apiFile>;

/** Refused schemes: the browser executes or reads their content itself. */
const ofTheBrowser: ReadonlySet<string> = new Set([
  "javascript:",
  "data:",
  "vbscript:",
  "blob:",
  "filesystem:",
  "file:",
  "about:",
]);

/** Context of the parser of a registration: fills placeholders and names faults by field. */
interface Parser {
  readonly fill: (field: string, value: string) => string;
  readonly address: (field: string, value: string) => string;
  readonly refuse: (field: string, reason: string) => never;
}

/**
 * @throws RegistrationError for the first fault
 * @see OpenID Connect Dynamic Client Registration 1.0, section 2
 */
export function parseOidc(
  declared: RegisteredOidc,
  { hasSecret, firstParty }: { readonly hasSecret: boolean; readonly firstParty: boolean },
  { fill, address, refuse }: Parser,
): RegisteredOidc {
  const exact = (list: string, uris: readonly string[]): string[] =>
    uris.map((uri, index) => {
      const field = `oidc.${list}.${index}`;
      const filled = fill(field, uri);
      const url = URL.parse(filled);
      if (url === null || hasUserInfo(filled) || filled.includes("#"))
        return refuse(field, "should be an absolute URI without fragment and user info");
      if (declared.applicationType === "web" && !["http:", "https:"].includes(url.protocol))
        return refuse(field, "should be http or https; other schemes are for applicationType native");
      if (ofTheBrowser.has(url.protocol))
        return refuse(
          field,
          `should lead to a site or a program; browsers handle ${url.protocol} themselves`,
        );
      const fault = hostFault(filled);
      return fault === undefined ? filled : refuse(field, fault);
    });
  const needsSecret = declared.clientAuthentication.startsWith("client_secret");
  if (needsSecret && !hasSecret)
    refuse("secret", `is needed for oidc.clientAuthentication ${declared.clientAuthentication}`);
  if (declared.clientAuthentication === "private_key_jwt" && declared.jwks === undefined)
    refuse("oidc.jwks", "is needed for oidc.clientAuthentication private_key_jwt");
  if (declared.grants.includes("authorization_code") && declared.redirectUris.length === 0)
    refuse("oidc.redirectUris", "should name at least one address for the grant authorization_code");
  if (declared.pkce === "optional" && (declared.clientAuthentication === "none" || !firstParty))
    refuse(
      "oidc.pkce",
      "can be optional only for a first-party site that authenticates with a secret or key",
    );
  if (declared.grants.includes("client_credentials") && declared.clientAuthentication === "none")
    refuse("oidc.grants", "cannot have client_credentials for a site without client authentication");
  const secure = (field: "policyUri" | "termsUri"): string | undefined => {
    const uri = declared[field] && address(`oidc.${field}`, declared[field]);
    if (uri !== undefined && !uri.startsWith("https:")) refuse(`oidc.${field}`, "should begin with https://");
    return uri;
  };
  return {
    ...declared,
    policyUri: secure("policyUri"),
    termsUri: secure("termsUri"),
    redirectUris: exact("redirectUris", declared.redirectUris),
    postLogoutRedirectUris: exact("postLogoutRedirectUris", declared.postLogoutRedirectUris),
    backchannelLogoutUrl:
      declared.backchannelLogoutUrl && address("oidc.backchannelLogoutUrl", declared.backchannelLogoutUrl),
  };
}

/** @throws RegistrationError for the first fault */
export function parseApi(declared: RegisteredApi, { address, refuse }: Parser): RegisteredApi {
  for (const [index, scope] of declared.sensitive.entries())
    if (!Object.hasOwn(declared.scopes, scope))
      refuse(`api.sensitive.${index}`, `names ${JSON.stringify(scope)}, which is not one of api.scopes`);
  return { ...declared, resource: address("api.resource", declared.resource) };
}
