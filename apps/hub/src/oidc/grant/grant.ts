/** Loads the grant: the scopes that a site has without a question. */

import type { CentralSessionStore, ConsentStore, OidcArtifactStore } from "@gatehouse/database";
import type { Grant, KoaContextWithOIDC, Provider } from "../issuer/provider.ts";
import { registeredScopes, type ScopeNeeds, scopesOfClaims } from "../scope/claim-scopes.ts";
import type { Scopes } from "../scope/consent.ts";
import { collectArtifacts } from "../store/adapter.ts";
import { currentSession } from "../store/request-context.ts";
import { forgetRefusals, refuse } from "./allowed.ts";

export interface GrantNeeds extends ScopeNeeds {
  readonly consents: Pick<ConsentStore, "find">;
  readonly oidcArtifacts: Pick<OidcArtifactStore, "change">;
  readonly sessions: Pick<CentralSessionStore, "claimOidcGrant">;
  readonly clock: () => Date;
}

/**
 * The grant that a client has in a session without a question. A first-party site has what its registration lists. A
 * third-party site has what a valid consent allows; scopes allowed only this time stay in the session's grant for the
 * tokens issued from it, but the hub asks for them again. A request that returns from the consent page also has the
 * decision made there.
 */
export async function loadGrant(needs: GrantNeeds, ctx: KoaContextWithOIDC): Promise<Grant | undefined> {
  const { client, session, account, provider, result } = ctx.oidc;
  if (client === undefined || session === undefined || account === undefined) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const registered = registeredScopes(needs, client.clientId);
  if (found !== undefined && result?.consent?.grantId !== undefined) {
    const settled = acceptRegistrations(found, ctx, registered) ? await change(needs, found) : found;
    return settled && withRefusals(settled, ctx);
  }
  const asked = askedScopes(ctx, registered);
  const isFirstParty = needs.sites.find(client.clientId)?.firstParty === true;
  if (found !== undefined && isFirstParty && coversAll(found, ctx, asked))
    return acceptRegistrations(found, ctx, registered) ? change(needs, found) : found;
  const grant = found ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  if (!isFirstParty) return loadConsented(needs, ctx, { grant, found, asked, registered });
  allow(grant, ctx, asked, () => true);
  acceptRegistrations(grant, ctx, registered);
  if (found !== undefined) return change(needs, grant);
  await grant.save();
  return claimOrAdopt(needs, grant, provider);
}

interface Loading {
  /** The session's grant, or a new one. */
  readonly grant: Grant;
  readonly found: Grant | undefined;
  readonly asked: readonly string[];
  readonly registered: readonly string[];
}

/** @returns `undefined`: the hub has to ask for everything */
async function loadConsented(
  needs: GrantNeeds,
  ctx: KoaContextWithOIDC,
  { grant, found, asked, registered }: Loading,
): Promise<Grant | undefined> {
  const consent = await needs.consents.find(grant.accountId ?? "", grant.clientId ?? "");
  if (consent === null) return undefined;
  const before = JSON.stringify(grant);
  // Declined in this session, but allowed in another one afterwards.
  forgetRefusals(grant, consent);
  allow(grant, ctx, asked, (scope, resource) =>
    resource === null ? consent.scopes.includes(scope) : (consent.resources[resource] ?? []).includes(scope),
  );
  acceptRegistrations(grant, ctx, registered);
  const isChanged = JSON.stringify(grant) !== before;
  // The grant ends with its consent.
  const life = Math.ceil((consent.expiresAt.getTime() - needs.clock().getTime()) / 1000);
  if (isChanged) grant.exp = Math.floor(Date.now() / 1000) + Math.max(life, 1);
  if (found !== undefined) {
    const kept = isChanged ? await change(needs, grant) : grant;
    return kept && within(kept, consent, registered, ctx);
  }
  await grant.save();
  const claimed = await claimOrAdopt(needs, grant, ctx.oidc.provider);
  return claimed && within(claimed, consent, registered, ctx);
}

/** A copy limited to a consent; never to be saved. */
function within(
  grant: Grant,
  { scopes, resources }: Scopes,
  registered: readonly string[],
  ctx: KoaContextWithOIDC,
): Grant {
  const copy = copyOf(grant, ctx);
  const only = (text: string, allowed: readonly string[] = []) =>
    text
      .split(" ")
      .filter((scope) => allowed.includes(scope))
      .join(" ");
  const { openid } = copy;
  if (openid?.scope !== undefined) openid.scope = only(openid.scope, scopes);
  for (const [resource, scope] of Object.entries(copy.resources ?? {}))
    copy.resources = { ...copy.resources, [resource]: only(scope, resources[resource]) };
  const known = copy.getOIDCScopeEncountered().split(" ");
  if (openid?.claims !== undefined)
    openid.claims = openid.claims.filter((claim) =>
      scopesOfClaims([claim]).every((scope) => !registered.includes(scope) || known.includes(scope)),
    );
  return copy;
}

/** A copy in which scopes that the page asked for and the user did not allow are declined; never to be saved. */
function withRefusals(grant: Grant, ctx: KoaContextWithOIDC): Grant {
  const decided = ctx.oidc.result?.decided as Scopes | undefined;
  if (decided === undefined) return grant;
  const copy = copyOf(grant, ctx);
  const resources = Object.keys(decided.resources).map(
    (resource) => [resource, grant.getResourceScope(resource).split(" ")] as const,
  );
  const given = { scopes: grant.getOIDCScope().split(" "), resources: Object.fromEntries(resources) };
  refuse(copy, decided, given);
  return copy;
}

/** A deep copy: changes do not affect the grant that the request has read. */
function copyOf(grant: Grant, { oidc: { provider } }: KoaContextWithOIDC): Grant {
  return Object.assign(new provider.Grant(), structuredClone({ ...grant }));
}

/** Stores a changed grant. @returns `undefined`: it was revoked meanwhile, and stays revoked */
async function change({ oidcArtifacts }: GrantNeeds, grant: Grant): Promise<Grant | undefined> {
  const [kept] = await collectArtifacts(() => grant.save());
  const isThere = kept !== undefined && (await oidcArtifacts.change(kept.id, kept.artifact));
  return isThere ? grant : undefined;
}

/** The session keeps one grant of two concurrent first visits; what the other visit allows is added to it. */
async function claimOrAdopt(needs: GrantNeeds, grant: Grant, provider: Provider): Promise<Grant | undefined> {
  const session = currentSession();
  const clientId = grant.clientId ?? "";
  if (session === null) return grant;
  const known = session.oidcClients[clientId]?.grantId;
  const held = await needs.sessions.claimOidcGrant(session.id, clientId, grant.jti, known);
  const first = held === undefined || held === grant.jti ? undefined : await provider.Grant.find(held);
  if (first === undefined) return grant;
  if (grant.getOIDCScope() !== "") first.addOIDCScope(grant.getOIDCScope());
  first.addOIDCClaims(grant.getOIDCClaims());
  for (const [resource, scope] of Object.entries(grant.resources ?? {}))
    first.addResourceScope(resource, scope);
  await grant.destroy();
  return change(needs, first);
}

/**
 * Marks requested claims as granted, because the user decides about scopes only. `releasable` still releases a claim
 * only with its scope.
 *
 * @returns whether the grant lacked one of the claims
 */
function acceptRegistrations(grant: Grant, ctx: KoaContextWithOIDC, registered: readonly string[]): boolean {
  const scopes = grant.getOIDCScopeEncountered().split(" ");
  const known = grant.getOIDCClaimsEncountered();
  const settled = [...ctx.oidc.requestParamClaims].filter(
    (claim) =>
      !known.includes(claim) &&
      scopesOfClaims([claim]).every((scope) => !registered.includes(scope) || scopes.includes(scope)),
  );
  if (settled.length > 0) grant.addOIDCClaims(settled);
  return settled.length > 0;
}

/** Adds the requested scopes that the site may have. */
function allow(
  grant: Grant,
  ctx: KoaContextWithOIDC,
  asked: readonly string[],
  may: (scope: string, resource: string | null) => boolean,
): void {
  const own = asked.filter((scope) => may(scope, null));
  if (own.length > 0) grant.addOIDCScope(own.join(" "));
  for (const [resource, server] of Object.entries(ctx.oidc.resourceServers ?? {})) {
    const scopes = asked.filter((scope) => server.scopes.has(scope) && may(scope, resource));
    if (scopes.length > 0) grant.addResourceScope(resource, scopes.join(" "));
  }
}

function coversAll(grant: Grant, ctx: KoaContextWithOIDC, asked: readonly string[]): boolean {
  const granted = new Set(grant.getOIDCScope().split(" "));
  const resources = Object.entries(ctx.oidc.resourceServers ?? {});
  return (
    asked.every((scope) => granted.has(scope) || resources.some(([, server]) => server.scopes.has(scope))) &&
    resources.every(([resource]) => asked.every((scope) => covered(grant, resource, scope, ctx)))
  );
}

function askedScopes(ctx: KoaContextWithOIDC, registered: readonly string[]): readonly string[] {
  const named = String(ctx.oidc.params?.scope ?? "")
    .split(" ")
    .filter(Boolean);
  const byClaim = scopesOfClaims(ctx.oidc.requestParamClaims).filter((scope) => registered.includes(scope));
  return [...new Set([...named, ...byClaim])];
}

function covered(grant: Grant, resource: string, scope: string, ctx: KoaContextWithOIDC): boolean {
  const isItsOwn = ctx.oidc.resourceServers?.[resource]?.scopes.has(scope) ?? false;
  return !isItsOwn || grant.getResourceScope(resource).split(" ").includes(scope);
}

/** The scopes that a grant allows, without the declined ones. @param payload as stored */
export function scopesOfGrant(provider: Provider, payload: Readonly<Record<string, unknown>>): Scopes {
  const grant = Object.assign(new provider.Grant(), structuredClone(payload));
  const split = (text: string) => text.split(" ").filter(Boolean);
  const resources = Object.keys(grant.resources ?? {});
  return {
    scopes: split(grant.getOIDCScope()),
    resources: Object.fromEntries(
      resources.map((resource) => [resource, split(grant.getResourceScope(resource))]),
    ),
  };
}
