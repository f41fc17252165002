/** What a person lets a site have, to oidc-provider. */

import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Hub } from "../hub.ts";
import { collectArtifacts } from "./artifact-adapter.ts";
import { currentSession } from "./central-session-view.ts";
import { registeredScopes, scopesOfClaims } from "./claim-scopes.ts";

type Grant = InstanceType<Provider["Grant"]>;

/**
 * The grant a session has with a client. A first-party site has what its registration lists, without a question. A
 * third-party site has what the person allowed: in this session, or before and not taken back; what it asks for
 * beyond that, she is asked about.
 */
export async function loadGrant(
  hub: Pick<Hub, "sites" | "database">,
  ctx: KoaContextWithOIDC,
): Promise<Grant | undefined> {
  const { client, session, account, provider } = ctx.oidc;
  if (client === undefined || session === undefined || account === undefined) return undefined;
  const grantId = ctx.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const isFirstParty = hub.sites.find(client.clientId)?.firstParty === true;
  const registered = registeredScopes(hub, client.clientId);
  const asked = askedScopes(ctx, registered);
  if (found !== undefined && (!isFirstParty || coversAll(found, ctx, asked)))
    return settleClaims(found, ctx, registered) ? change(hub, found) : found;
  const grant = found ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  if (isFirstParty) {
    allow(grant, ctx, asked, () => true);
  } else {
    const consent = await hub.database.consents.find(account.accountId, client.clientId);
    if (consent === null) return undefined;
    allow(grant, ctx, asked, (scope, resource) =>
      resource === null
        ? consent.scopes.includes(scope)
        : (consent.resources[resource] ?? []).includes(scope),
    );
  }
  settleClaims(grant, ctx, registered);
  if (found !== undefined) return change(hub, grant);
  await grant.save();
  return claimOrAdopt(hub, grant, provider);
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
