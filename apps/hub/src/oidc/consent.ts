/** From what a site asks for to words, and what a person ticked of them. */
import type { RequestParameters } from "@gatehouse/cas/server";
import type { CentralSession } from "@gatehouse/database";
import type { Hub } from "../hub.ts";
import type { ConsentScreen } from "../screen.ts";
import { findApi, type KnownApi } from "../site-registry/known-apis.ts";
import { registeredScopes, scopesOfClaims } from "./claim-scopes.ts";
import type { Flow } from "./interaction.ts";

/** What the hub itself gives away, in words that follow "It may". */
export const ownScopeWords: Readonly<Record<string, string>> = {
  profile: "see your name and user name",
  email: "see your e-mail address",
  groups: "see which groups you are in",
};

/** What is to be decided about one site. */
export interface Asked {
  readonly clientId: string;
  /** What she decided before goes on in it. */
  readonly grantId: string | undefined;
  readonly scopes: readonly string[];
  readonly claims: readonly string[];
  readonly resources: Readonly<Record<string, readonly string[]>>;
}

/**
 * What was asked for and not decided yet; with `prompt=consent` all that was asked for, since her yes is about all of it
 * (with `offline_access` for longer than her yes before).
 */
export function missing(
  flow: Flow,
  hub: Pick<Hub, "settings" | "sites">,
  { oidcClients }: Pick<CentralSession, "oidcClients">,
): Asked {
  const { missingOIDCScope, missingOIDCClaims, missingResourceScopes } = flow.prompt.details as {
    missingOIDCScope?: string[];
    missingOIDCClaims?: string[];
    missingResourceScopes?: Record<string, string[]>;
  };
  const clientId = String(flow.params.client_id);
  const registered = registeredScopes(hub, clientId);
  const isAnew = flow.prompt.reasons.includes("consent_prompt");
  const anew = isAnew ? askedAnew(flow, registered, hub) : { scopes: [], resources: {} };
  const byClaim = scopesOfClaims(missingOIDCClaims ?? []).filter((scope) => registered.includes(scope));
  return {
    clientId,
    // Not the flow's: in another tab she may have answered since that began, and a session has one grant with a site.
    grantId: oidcClients[clientId]?.grantId,
    scopes: [...new Set([...(missingOIDCScope ?? []), ...byClaim, ...anew.scopes])],
    claims: missingOIDCClaims ?? [],
    resources: { ...missingResourceScopes, ...anew.resources },
  };
}

/** All of a request, decided or not. */
function askedAnew(
  { params }: Flow,
  registered: readonly string[],
  hub: Pick<Hub, "settings" | "sites">,
): Pick<Asked, "scopes" | "resources"> {
  const named = String(params.scope ?? "").split(" ");
  const resources = [params.resource ?? []].flat().flatMap((resource) => {
    const api = findApi(hub, String(resource));
    const asked = named.filter(
      (scope) => registered.includes(scope) && Object.hasOwn(api?.scopes ?? {}, scope),
    );
    return asked.length === 0 ? [] : [[String(resource), asked] as const];
  });
  const byClaim = scopesOfClaims(namedClaims(params.claims)).filter((scope) => registered.includes(scope));
  const own = named.filter((scope) => Object.hasOwn(ownScopeWords, scope));
  return { scopes: [...new Set([...own, ...byClaim])], resources: Object.fromEntries(resources) };
}

/** The issuer has read it before. @see OpenID Connect Core 1.0, section 5.5 */
function namedClaims(claims: unknown): readonly string[] {
  const asked = typeof claims === "string" ? (JSON.parse(claims) as Record<string, unknown>) : {};
  return [asked.id_token, asked.userinfo].flatMap((of) => Object.keys(of ?? {}));
}

/** What the page lists; `openid` and `offline_access` are no things that one ticks. */
export function asksOf(
  { scopes, resources }: Asked,
  hub: Pick<Hub, "settings" | "sites">,
): ConsentScreen["asks"] {
  const own = scopes.flatMap((scope) =>
    ownScopeWords[scope] === undefined ? [] : [{ value: scope, words: ownScopeWords[scope] }],
  );
  const apis = Object.entries(resources).flatMap(([resource, asked]) => {
    const api = findApi(hub, resource);
    return asked.flatMap((scope) =>
      api?.scopes[scope] === undefined ? [] : [{ value: scope, words: wordsAt(api, api.scopes[scope]) }],
    );
  });
  return [...own, ...apis];
}

/** What the same APIs could allow and this site did not ask for. */
export function neverOf({ resources }: Asked, hub: Pick<Hub, "settings" | "sites">): readonly string[] {
  return Object.entries(resources).flatMap(([resource, asked]) => {
    const api = findApi(hub, resource);
    const rest = Object.entries(api?.scopes ?? {}).filter(([scope]) => !asked.includes(scope));
    return rest.map(([, text]) => (api === undefined ? text : wordsAt(api, text)));
  });
}

/** What was ticked of that list. */
export function ticked(parameters: RequestParameters): ReadonlySet<string> {
  return new Set([...parameters.keys()].flatMap((name) => (name.startsWith("allow:") ? name.slice(6) : [])));
}

function wordsAt({ site }: KnownApi, words: string): string {
  return site === null ? words : `${words} at ${site.name}`;
}

/** How long a person's yes holds. */
export const consentDays = 90;
