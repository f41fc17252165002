/** Addresses of the sign-in page, and the fields that its forms repeat to keep the destination. */
import type { LoginRequest, RequestParameters } from "@gatehouse/cas/server";
import type { SignUpMode } from "../settings/env.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export const loginPath = "/cas/login";

/** The page that asks for a factor. */
export const factorPath = "/cas/login/factor";

/** The page on which a user who needs a factor and has none sets one up. */
export const factorSetUpPath = "/cas/login/set-up";

/** Requests the form although a user is signed in, to sign in as another user. */
export const formAnyway = { name: "prompt", value: "login" } as const;

/** The page on which a user whose password an operator set chooses another one. */
export const newPasswordPath = "/cas/login/new-password";

/** The page that asks whether to connect an account at another provider that the user has just signed in to. */
export const connectAccountPath = "/account/security/connect";

/** The page that asks a user whether to keep an account that will be deleted. */
export const keepAccountPath = "/account/keep";

/** The page about the ways to sign in. */
export const securityPath = "/account/security";

/** The page that adds a passkey. */
export const addPasskeyPath = "/account/security/passkeys/new";

/** The page that asks for the address of a new account. */
export const signUpPath = "/sign-up";

/** The page that sends a link to reset the password. */
export const forgotPasswordPath = "/forgot-password";

const repeated = ["service", "TARGET", "renew", "method", "return", "site", "name", "acr"];

export interface Field {
  readonly name: string;
  readonly value: string;
}

/** @param except parameters to omit */
export function repeatedFields(parameters: RequestParameters, except: readonly string[] = []): Field[] {
  return repeated.flatMap((name) => {
    const value = except.includes(name) ? "" : (parameters.get(name) ?? "");
    return value === "" ? [] : [{ name, value }];
  });
}

export const loginAddress = (fields: readonly Field[]): string => addressOf(loginPath, fields);
export const factorAddress = (fields: readonly Field[]): string => addressOf(factorPath, fields);
export const factorSetUpAddress = (fields: readonly Field[]): string => addressOf(factorSetUpPath, fields);

export const newPasswordAddress = (fields: readonly Field[]): string => addressOf(newPasswordPath, fields);
export const keepAccountAddress = (fields: readonly Field[]): string => addressOf(keepAccountPath, fields);

/** @param fields from `repeatedFields` */
export function addressOf(path: string, fields: readonly Field[]): string {
  const query = new URLSearchParams(fields.map(({ name, value }) => [name, value]));
  return query.size === 0 ? path : `${path}?${query}`;
}

/** Login address with the user's destination, or `otherwise` without one. */
export function continueAddress(fields: readonly Field[], otherwise: string): string {
  return fields.some(({ name }) => ["service", "TARGET", "return"].includes(name))
    ? loginAddress(fields)
    : otherwise;
}

export interface DestinationNeeds {
  readonly sites: Pick<SiteRegistry, "find" | "findByService">;
}

/** The site that a sign-in is for, and whether its popup keeps `window.opener` on the way. */
export function destinationOf(
  { sites }: DestinationNeeds,
  { service }: Pick<LoginRequest, "service">,
  parameters: RequestParameters,
): { readonly site: RegisteredSite | undefined; readonly keepsOpener: boolean | undefined } {
  if (service !== null) {
    const site = sites.findByService(service);
    return { site, keepsOpener: site?.cas?.popup };
  }
  const site = sites.find(parameters.get("site") ?? "");
  // `site` alone does not make it a sign-in of a site: a flow to return to is required.
  const isFlow = parameters.get("return")?.startsWith("/oidc/interaction/") === true;
  return { site, keepsOpener: isFlow && site?.oidc?.popup };
}

/** Ways out of the sign-in form. */
export interface OtherWaysIn {
  readonly forgotPassword: string;
  /** Page that mails a link: to anybody, or again to users who were invited. `null`: to nobody. */
  readonly signUp: { readonly mode: Exclude<SignUpMode, "off">; readonly href: string } | null;
}

/**
 * @param fields from `repeatedFields`
 * @param typed.username name in the form; empty: none
 */
export function otherWaysIn(
  fields: readonly Field[],
  { username, signUpMode }: { readonly username: string; readonly signUpMode: SignUpMode },
): OtherWaysIn {
  const destination = fields.filter(({ name }) => name !== "renew" && name !== "name");
  const named = username === "" ? [] : [{ name: "name", value: username }];
  return {
    forgotPassword: addressOf(forgotPasswordPath, [...destination, ...named]),
    signUp: signUpMode === "off" ? null : { mode: signUpMode, href: addressOf(signUpPath, destination) },
  };
}
