/** Scopes that a site requests, and the user's decision about them. */
import type { RequestParameters } from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import { type ApiSources, findApi, qualifiedScope } from "../../site-registry/known-apis.ts";
import type { SiteRegistry } from "../../site-registry/site-registry.ts";
import type { Flow } from "../issuer/provider.ts";
import { ownScopes, registeredScopes, scopesOfClaims } from "./claim-scopes.ts";

/** Sources of registered scopes and APIs. */
export interface Registrations extends ApiSources {
  readonly sites: Pick<SiteRegistry, "find" | "list">;
}

/** Descriptions of the hub's own scopes, to follow "It may". `openid` and `offline_access` are never ticked. */
export const ownScopeDescriptions: Readonly<Record<string, string>> = {
  profile: "see your name, username and picture",
  email: "see your email address",
  groups: "see which groups you are in",
};

/** Scopes of the issuer, and scopes of APIs by the API's address. */
export interface Scopes {
  readonly scopes: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/** Scopes that one site requests and the user decides about. */
export interface ScopeRequest extends Scopes {
  readonly clientId: string;
  /** The grant to change; `undefined`: a new one. */
  readonly grantId: string | undefined;
  readonly claims: readonly string[];
}

/** Duration of a consent in days; `once`: until the session ends, and the next sign-in asks again. */
export type Duration = 30 | 90 | "once";

export const durations: readonly Duration[] = ["once", 30, 90];
/** The preselected duration. */
export const usualDuration: Duration = 30;

/** The user's decision in the form. */
export interface ConsentChoice {
  /** Names of the ticked boxes, as `fieldOf` returns them. */
  readonly ticked: ReadonlySet<string>;
  readonly duration: Duration;
}

/**
 * The scopes that a flow's page decides about. Third-party site: the requested scopes without an earlier decision, or
 * all of them with `prompt=consent`. First-party site: all of them, because it keeps no earlier decision.
 */
export function undecidedScopes(
  flow: Flow,
  registrations: Registrations,
  { oidcClients }: Pick<CentralSession, "oidcClients">,
): ScopeRequest {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = flow.prompt.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  const clientId = String(flow.params.client_id);
  // Not the flow's grant: another tab may have been answered since, and a session has one grant per site.
  const grantId = oidcClients[clientId]?.grantId;
  const isAnew = flow.prompt.reasons.includes("consent_prompt");
  if (isAnew || registrations.sites.find(clientId)?.firstParty === true)
    return { clientId, grantId, ...scopesOfFlow(flow, registrations) };
  const claims = missingOIDCClaims ?? [];
  const byClaim = releasedFor(registrations, clientId, claims);
  return {
    clientId,
    grantId,
    scopes: [...new Set([...(missingOIDCScope ?? []), ...byClaim])],
    claims,
    resources: { ...missingResourceScopes },
  };
}

/** All scopes that a flow's site requests and is registered for, decided or not. */
export function scopesOfFlow(
  { params }: Flow,
  registrations: Registrations,
): Omit<ScopeRequest, "clientId" | "grantId"> {
  const clientId = String(params.client_id);
  const named = String(params.scope ?? "").split(" ");
  const claims = namedClaims(params.claims);
  const requested = requestedScopes(
    registrations,
    clientId,
    named,
    [params.resource ?? []].flat().map(String),
  );
  const byClaim = releasedFor(registrations, clientId, claims);
  return { ...requested, scopes: [...new Set([...requested.scopes, ...byClaim])], claims };
}

/** @param named the scopes of a request; those outside the site's registration are dropped */
export function requestedScopes(
  registrations: Registrations,
  clientId: string,
  named: readonly string[],
  resources: readonly string[],
): Scopes {
  const registered = registeredScopes(registrations, clientId);
  const asked = named.filter((scope) => registered.includes(scope));
  return {
    scopes: asked.filter((scope) => ownScopes.includes(scope)),
    resources: Object.fromEntries(
      resources.flatMap((resource) => {
        const known = findApi(registrations, resource)?.scopes ?? {};
        const its = asked.filter((scope) => Object.hasOwn(known, scope));
        return its.length === 0 ? [] : [[resource, its] as const];
      }),
    ),
  };
}

/** The scopes of claims requested by name, if the site is registered for them. */
function releasedFor(
  registrations: Registrations,
  clientId: string,
  claims: readonly string[],
): readonly string[] {
  const registered = registeredScopes(registrations, clientId);
  return scopesOfClaims(claims).filter((scope) => registered.includes(scope));
}

/** The issuer has parsed it before. @see OpenID Connect Core 1.0, section 5.5 */
function namedClaims(claims: unknown): readonly string[] {
  const asked = typeof claims === "string" ? (JSON.parse(claims) as Record<string, unknown>) : {};
  return [...new Set([asked.id_token, asked.userinfo].flatMap((of) => Object.keys(of ?? {})))];
}

/** A scope with the name of its box and its description. */
export interface NamedScope {
  readonly field: string;
  readonly words: string;
  /** Moves money or cannot be undone: never ticked in advance, and optional even for a first-party site. */
  readonly sensitive: boolean;
}

/** Scopes with descriptions and the names of their boxes; scopes without a description are omitted. */
export function namedScopes(
  { scopes, resources }: Scopes,
  registrations: Registrations,
): readonly NamedScope[] {
  const own = scopes.flatMap((scope) => {
    const words = ownScopeDescriptions[scope];
    return words === undefined ? [] : [{ field: scope, words, sensitive: false }];
  });
  const ofApis = Object.entries(resources).flatMap(([resource, asked]) => {
    const api = findApi(registrations, resource);
    if (api === undefined) return [];
    return asked.flatMap((scope) => {
      const words = api.scopes[scope];
      if (words === undefined) return [];
      const at = api.site === null ? "" : ` at ${api.site.name}`;
      const sensitive = api.sensitive.includes(scope);
      return [{ field: qualifiedScope(api, scope), words: words + at, sensitive }];
    });
  });
  return [...own, ...ofApis];
}

/**
 * The scopes that the user can decline: for a third-party site all with a description; for a first-party site, whose
 * registration decides, only the sensitive ones.
 */
export function declinableScopes(asked: ScopeRequest, registrations: Registrations): readonly NamedScope[] {
  const isFirstParty = registrations.sites.find(asked.clientId)?.firstParty === true;
  return namedScopes(asked, registrations).filter(({ sensitive }) => sensitive || !isFirstParty);
}

/** Whether a site requests only the sign-in. */
export function isSignInOnly(asked: ScopeRequest, registrations: Registrations): boolean {
  return namedScopes(asked, registrations).length === 0;
}

/** Whether the user ticked no scope of a third-party site, which then learns only that the user signed in. */
export function isWithoutAccess(
  asked: ScopeRequest,
  { ticked }: ConsentChoice,
  registrations: Registrations,
): boolean {
  const boxes = declinableScopes(asked, registrations);
  const isFirstParty = registrations.sites.find(asked.clientId)?.firstParty === true;
  return !isFirstParty && boxes.length > 0 && !boxes.some(({ field }) => ticked.has(field));
}

/** The allowed part of the request. */
export function allowedScopes(
  asked: ScopeRequest,
  choice: ConsentChoice,
  registrations: Registrations,
): Scopes {
  const declined = new Set(
    declinableScopes(asked, registrations).flatMap(({ field }) => (choice.ticked.has(field) ? [] : [field])),
  );
  const maySo = choice.duration !== "once" && !isWithoutAccess(asked, choice, registrations);
  return {
    scopes: asked.scopes.filter((scope) => !declined.has(scope) && (scope !== "offline_access" || maySo)),
    resources: Object.fromEntries(
      Object.entries(asked.resources).map(([resource, scopes]) => {
        const api = findApi(registrations, resource);
        const given = scopes.filter(
          (scope) => api !== undefined && !declined.has(qualifiedScope(api, scope)),
        );
        return [resource, given];
      }),
    ),
  };
}

/** Reads the form; an unknown duration counts as the shortest. */
export function readChoice(parameters: RequestParameters): ConsentChoice {
  const isRefused = parameters.get("answer") !== "allow";
  const ticked = isRefused
    ? []
    : [...parameters.keys()].flatMap((name) => (name.startsWith("allow:") ? name.slice(6) : []));
  return {
    ticked: new Set(ticked),
    duration: durations.find((duration) => String(duration) === parameters.get("duration")) ?? "once",
  };
}

/** Whether the decision may outlive the session: as a remembered answer, or as access while the user is away. */
export function outlivesSession(asked: ScopeRequest, registrations: Registrations): boolean {
  const { clientId, scopes, resources, claims } = asked;
  if (scopes.includes("offline_access")) return true;
  const isFirstParty = registrations.sites.find(clientId)?.firstParty === true;
  return !isFirstParty && (scopes.length > 0 || claims.length > 0 || Object.keys(resources).length > 0);
}
