/**
 * Members of oidc-provider that the hub replaces or reads, and that a release of the library may rename without notice.
 * `expectInternals` checks them at start, because a replacement under an old name would have no effect: without
 * `compareClientSecret`, for example, the stored hash of a secret would itself be accepted as the secret.
 *
 * What exists only during a request cannot be checked at start: `params`, `session`, `result`, `body` and `entities` of
 * `ctx.oidc` (`IdTokenHint`; `PushedAuthorizationRequest`, whose `request` is a JWT also when the site pushed plain
 * parameters), `persistsLogout` of a session's authorizations, and that `extraParams` run after the check of the scopes.
 * Tests of sign-in, sign-out and refresh tokens cover them.
 */

import { StartError } from "../../settings/start-errors.ts";
import { type Client, type Configuration, errors, type KoaContextWithOIDC, Provider } from "./provider.ts";

type Session = InstanceType<Provider["Session"]>;

/** Functions that the hub replaces, by their path from the provider. */
interface Replaced {
  "Client.find": (this: unknown, id: string) => Promise<Client | undefined>;
  "Client.prototype.compareClientSecret": (this: Client, presented: string) => boolean;
  "Client.prototype.grantTypeAllowed": (this: Client, grantType: string) => boolean;
  "Client.prototype.backchannelLogout": (this: Client, accountId: string, sid: string) => Promise<void>;
  "Client.prototype.includeSid": (this: Client) => boolean;
  "IdToken.validate": Provider["IdToken"]["validate"];
  "ReplayDetection.unique": (this: unknown, by: string, id: string, ends: number) => Promise<boolean>;
  "Session.prototype.past": (this: Session, seconds: number) => boolean;
  "Session.prototype.resetIdentifier": (this: Session & { id: string; touched: boolean }) => void;
}

/** Numbers of parameters that the replaced functions declare. */
const replaced: Readonly<Record<keyof Replaced, number>> = {
  "Client.find": 1,
  "Client.prototype.compareClientSecret": 1,
  "Client.prototype.grantTypeAllowed": 1,
  "Client.prototype.backchannelLogout": 2,
  "Client.prototype.includeSid": 0,
  "IdToken.validate": 2,
  "ReplayDetection.unique": 3,
  "Session.prototype.past": 1,
  "Session.prototype.resetIdentifier": 0,
};

/** Members of stored objects that the hub reads or writes. */
const stored: Readonly<Record<string, readonly string[]>> = {
  "Session.IN_PAYLOAD": [
    ...["uid", "accountId", "loginTs", "acr", "amr", "transient", "state", "authorizations"],
  ],
  "Interaction.IN_PAYLOAD": [
    ...["session", "params", "prompt", "result", "returnTo", "lastSubmission", "parJti"],
  ],
  "Grant.IN_PAYLOAD": ["accountId", "clientId", "openid", "resources", "rejected", "exp"],
  "DeviceCode.IN_PAYLOAD": [
    ...["accountId", "acr", "amr", "authTime", "clientId", "error", "errorDescription", "expiresWithSession"],
    ...["grantId", "params", "resource", "scope", "sessionUid", "sid", "userCode"],
  ],
};

/** Getters of the context of a request, and the current context. */
const getters: Readonly<Record<string, readonly string[]>> = {
  "OIDCContext.prototype": [
    ...["accessToken", "account", "client", "grant", "issuer", "prompts", "provider"],
    ...["requestParamClaims", "requestParamScopes", "urlFor"],
  ],
  constructor: ["ctx"],
};

/** Routes that the hub recognises by name. */
const routes = [
  ...["authorization", "resume", "discovery", "jwks", "token", "introspection", "revocation"],
  ...["pushed_authorization_request", "device_authorization"],
  ...["end_session", "end_session_confirm", "end_session_success"],
];

interface Expectation {
  /** Path from the provider. */
  readonly member: string;
  readonly isMet: (provider: Provider) => boolean;
}

const expectations: readonly Expectation[] = [
  ...Object.entries(replaced).map(([member, parameters]) => ({
    member,
    isMet: (provider: Provider) => {
      const found = at(provider, member);
      return typeof found === "function" && found.length === parameters;
    },
  })),
  ...listed(stored, (found, name) => Array.isArray(found) && found.includes(name)),
  ...listed(getters, (found, name) => name in Object(found)),
  ...routes.map((name) => ({
    member: `pathFor.${name}`,
    isMet: (provider: Provider) => isRoute(provider, name),
  })),
];

/** Paths of all members that `expectInternals` checks. */
export const internals: readonly string[] = expectations.map(({ member }) => member);

export type ResponseMode = Parameters<Provider["registerResponseMode"]>[1];

/**
 * Creates a provider and checks its members.
 *
 * @param modes replace the library's own response modes of the same names
 * @throws StartError naming the members that are missing or different
 */
export function createProvider(
  issuer: string,
  configuration: Configuration,
  modes: Readonly<Record<string, ResponseMode>>,
): Provider {
  const unseen = new Set(Object.keys(modes));
  // The constructor registers the library's modes, and the first registration of a name counts.
  class ProviderWithModes extends Provider {
    override registerResponseMode(name: string, handler: ResponseMode): void {
      unseen.delete(name);
      super.registerResponseMode(name, modes[name] ?? handler);
    }
  }
  const provider = new ProviderWithModes(issuer, configuration);
  expectInternals(
    provider,
    [...unseen].map((name) => `registerResponseMode.${name}`),
  );
  return provider;
}

/**
 * Checks that each member exists and has the expected shape.
 *
 * @param missing members that are already known to be missing
 * @throws StartError naming the members that are missing or different
 */
export function expectInternals(provider: Provider, missing: readonly string[] = []): void {
  const different = [
    ...missing,
    ...("allow_redirect" in new errors.InvalidRequest("") ? [] : ["errors.InvalidRequest.allow_redirect"]),
    ...expectations.flatMap(({ member, isMet }) => (isMet(provider) ? [] : [member])),
  ];
  if (different.length === 0) return;
  throw new StartError(
    `The installed oidc-provider differs from the one the hub was written for in ${different.join(", ")}: install the version in package-lock.json with npm ci.`,
  );
}

/** Replaces a function of oidc-provider. @param make receives the original */
export function replaceMember<Path extends keyof Replaced>(
  provider: Provider,
  path: Path,
  make: (original: Replaced[Path]) => Replaced[Path],
): void {
  const end = path.lastIndexOf(".");
  const holder = at(provider, path.slice(0, end)) as Record<string, Replaced[Path]>;
  const name = path.slice(end + 1);
  holder[name] = make(holder[name] as Replaced[Path]);
}

/** Makes the authorization endpoint show an error on a page of the hub instead of redirecting with it. */
export function keepFromRedirect(refusal: errors.OIDCProviderError): errors.OIDCProviderError {
  return Object.assign(refusal, { allow_redirect: false });
}

/** The anti-forgery secret of the sign-out that a request asks for; its confirmation has to repeat it. */
export function signOutSecret({ oidc: { session } }: KoaContextWithOIDC): string {
  const secret = session?.state?.secret;
  if (typeof secret !== "string") throw new Error("oidc-provider keeps no secret for this sign-out");
  return secret;
}

function listed(
  names: Readonly<Record<string, readonly string[]>>,
  has: (found: unknown, name: string) => boolean,
): readonly Expectation[] {
  return Object.entries(names).flatMap(([path, ofPath]) =>
    ofPath.map((name) => ({
      member: `${path}.${name}`,
      isMet: (provider) => has(at(provider, path), name),
    })),
  );
}

function at(provider: Provider, path: string): unknown {
  return path.split(".").reduce<unknown>((of, name) => Object(of)[name], provider);
}

function isRoute(provider: Provider, name: string): boolean {
  try {
    return provider.pathFor(name, { uid: "" }) !== "";
  } catch {
    return false;
  }
}
