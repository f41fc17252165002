/** What a person lets a site have, to oidc-provider. */

import type Provider from "oidc-provider";
import type { KoaContextWithOIDC } from "oidc-provider";
import type { Hub } from "../hub.ts";

/**
 * The grant a session has with a client. A first-party site has what its registration lists, without a question; so
 * does whoever was granted it in this session.
 */
export async function loadGrant(hub: Pick<Hub, "sites">, ctx: KoaContextWithOIDC) {
  const { client, session, account, params, provider } = ctx.oidc;
  if (client === undefined || session === undefined || account === undefined) return undefined;
  const grantId = ctx.oidc.result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const site = hub.sites.find(client.clientId);
  if (site?.firstParty !== true) return found;
  const asked = String(params?.scope ?? "")
    .split(" ")
    .filter(Boolean);
  const grant = found ?? new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  const granted = new Set(grant.getOIDCScope().split(" "));
  const resources = Object.entries(ctx.oidc.resourceServers ?? {});
  const covers =
    found !== undefined &&
    asked.every((scope) => granted.has(scope) || resources.some(([, server]) => server.scopes.has(scope))) &&
    resources.every(([resource]) => asked.every((scope) => covered(grant, resource, scope, ctx)));
  if (covers) return grant;
  grant.addOIDCScope(asked.join(" "));
  grant.addOIDCClaims([...ctx.oidc.requestParamClaims]);
  for (const [resource, server] of resources)
    grant.addResourceScope(resource, asked.filter((scope) => server.scopes.has(scope)).join(" "));
  await grant.save();
  return grant;
}

function covered(
  grant: InstanceType<Provider["Grant"]>,
  resource: string,
  scope: string,
  ctx: KoaContextWithOIDC,
): boolean {
  const isItsOwn = ctx.oidc.resourceServers?.[resource]?.scopes.has(scope) ?? false;
  return !isItsOwn || grant.getResourceScope(resource).split(" ").includes(scope);
}
