/** Grants as oidc-provider sees them. */

import type { Hub } from "../../hub.ts";
import type { Grant, KoaContextWithOIDC, Provider } from "../issuer/provider.ts";
import { registeredScopes, scopesOfClaims } from "../scope/claim-scopes.ts";
import type { Scopes } from "../scope/consent.ts";
import { collectArtifacts } from "../store/adapter.ts";
import { currentSession } from "../store/request-context.ts";
import { forgetRefusals, refuse } from "./allowed.ts";

/**
 * The grant that a client has in a session without a question. A first-party site has what its registration lists. A
 * third-party site has what a valid consent allows; scopes allowed only this time stay in the session's grant for the
 * tokens issued from it, but the hub asks for them again. A request that returns from the consent page also has the
 * decision made there.
 */
export async function loadGrant(
  hub: Pick<Hub, "sites" | "database" | "clock">,
  ctx: KoaContextWithOIDC,
): Promise<Grant | undefined> {
  const { client, session, account, provider, result } = ctx.oidc;
  if (client === undefined || session === undefined || account === undefined) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const registered = registeredScopes(hub, client.clientId);
  if (found !== undefined && result?.consent?.grantId !== undefined) {
    const settled = settleClaims(found, ctx, registered) ? await change(hub, found) : found;
    return settled && withRefusals(settled, ctx);
  }
  const asked = askedScopes(ctx, registered);
  const isFirstParty = hub.sites.find(client.clientId)?.firstParty === true;
  if (found !== undefined && isFirstParty && coversAll(found, ctx, asked))
    return settleClaims(found, ctx, registered) ? change(hub, found) : found;
  const grant = found ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  if (!isFirstParty) return loadConsented(hub, ctx, { grant, found, asked, registered });
  allow(grant, ctx, asked, () => true);
  settleClaims(grant, ctx, registered);
  if (found !== undefined) return change(hub, grant);
  await grant.save();
  return claimOrAdopt(hub, grant, provider);
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
  hub: Pick<Hub, "database" | "clock">,
  ctx: KoaContextWithOIDC,
  { grant, found, asked, registered }: Loading,
): Promise<Grant | undefined> {
  const consent = await hub.database.consents.find(grant.accountId ?? "", grant.clientId ?? "");
  if (consent === null) return undefined;
  const before = JSON.stringify(grant);
  // Declined in this session, but allowed since in another.
  forgetRefusals(grant, consent);
  allow(grant, ctx, asked, (scope, resource) =>
    resource === null ? consent.scopes.includes(scope) : (consent.resources[resource] ?? []).includes(scope),
  );
  settleClaims(grant, ctx, registered);
  const isChanged = JSON.stringify(grant) !== before;
  // It ends with the consent that it comes from.
  const life = Math.ceil((consent.expiresAt.getTime() - hub.clock().getTime()) / 1000);
  if (isChanged) grant.exp = Math.floor(Date.now() / 1000) + Math.max(life, 1);
  if (found !== undefined) {
    const kept = isChanged ? await change(hub, grant) : grant;
    return kept && within(kept, consent, registered, ctx);
  }
  await grant.save();
  const claimed = await claimOrAdopt(hub, grant, ctx.oidc.provider);
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

/** @returns `undefined`: it was taken back meanwhile, and does not come back by being saved */
async function change({ database }: Pick<Hub, "database">, grant: Grant): Promise<Grant | undefined> {
  const [kept] = await collectArtifacts(() => grant.save());
  const isThere = kept !== undefined && (await database.oidcArtifacts.change(kept.id, kept.artifact));
  return isThere ? grant : undefined;
}

/** Of two first visits at once the session keeps one grant; what the other visit allows is added to that. */
async function claimOrAdopt(
  hub: Pick<Hub, "database">,
  grant: Grant,
  provider: Provider,
): Promise<Grant | undefined> {
  const session = currentSession();
  const clientId = grant.clientId ?? "";
  if (session === null) return grant;
  const known = session.oidcClients[clientId]?.grantId;
  const held = await hub.database.sessions.claimOidcGrant(session.id, clientId, grant.jti, known);
  const first = held === undefined || held === grant.jti ? undefined : await provider.Grant.find(held);
  if (first === undefined) return grant;
  if (grant.getOIDCScope() !== "") first.addOIDCScope(grant.getOIDCScope());
  first.addOIDCClaims(grant.getOIDCClaims());
  for (const [resource, scope] of Object.entries(grant.resources ?? {}))
    first.addResourceScope(resource, scope);
  await grant.destroy();
  return change(hub, first);
}

/**
 * A claim is no question of its own: it is settled with its scope, or by not being registered. What is put into the
 * grant here is still not released beyond its scope (`releasable`).
 *
 * @returns whether there was one that the grant did not have
 */
function settleClaims(grant: Grant, ctx: KoaContextWithOIDC, registered: readonly string[]): boolean {
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

/** Puts into a grant what is asked for and may be had. */
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
