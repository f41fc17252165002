/** From what a person ticked to a grant and a consent, to be written with her answer. */
import type { Allowed } from "@gatehouse/database";
import type Provider from "oidc-provider";
import type { Hub } from "../hub.ts";
import { collectArtifacts } from "./artifact-adapter.ts";
import { type Asked, consentDays, ownScopeWords } from "./consent.ts";

type Grant = InstanceType<Provider["Grant"]>;

/**
 * What she allowed: for this session as a grant and beyond it as a consent. What was not ticked is declined, and not
 * asked for again in this session. Nothing of it is written yet.
 *
 * @param ticked the values of what she ticked
 */
export async function allowedBy(
  { issuer: { provider }, sites }: Pick<Hub, "issuer" | "sites">,
  { clientId, grantId, scopes, claims, resources }: Asked,
  personId: string,
  ticked: ReadonlySet<string>,
): Promise<Allowed> {
  const given = {
    scopes: scopes.filter((scope) => isGiven(scope, ticked)),
    resources: Object.fromEntries(
      Object.entries(resources).map(([resource, asked]) => [
        resource,
        asked.filter((scope) => ticked.has(scope)),
      ]),
    ),
  };
  const decided = { scopes, claims, resources, given };
  const found = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const grant =
    found === undefined
      ? await changed(new provider.Grant({ accountId: personId, clientId }), decided)
      : {
          id: found.jti,
          change: async (payload: object) =>
            (await changed(Object.assign(new provider.Grant(), payload, { jti: found.jti }), decided))
              .artifact,
        };
  // A site of the house is no connected app.
  if (sites.find(clientId)?.firstParty === true) return { personId, grant };
  const asked = { scopes, resources };
  const consent = { clientId, asked, given, lifeSeconds: consentDays * 86_400 };
  return { personId, grant, consent };
}

interface Decided extends Pick<Asked, "scopes" | "claims" | "resources"> {
  readonly given: Pick<Asked, "scopes" | "resources">;
}

/** A grant as it is to be written. */
async function changed(grant: Grant, { scopes, claims, resources, given }: Decided) {
  forgetRefusals(grant, scopes, resources);
  grant.addOIDCScope(scopes.join(" "));
  const declined = without(scopes, given.scopes);
  if (declined !== "") grant.rejectOIDCScope(declined);
  if (claims.length > 0) grant.addOIDCClaims([...claims]);
  for (const [resource, asked] of Object.entries(resources)) {
    grant.addResourceScope(resource, asked.join(" "));
    const refused = without(asked, given.resources[resource] ?? []);
    if (refused !== "") grant.rejectResourceScope(resource, refused);
  }
  const [kept] = await collectArtifacts(() => grant.save());
  if (kept === undefined) throw new Error("a grant that is saved is not kept");
  return kept;
}

/** `openid` and `offline_access` are no things that one ticks. */
export function isGiven(scope: string, ticked: ReadonlySet<string>): boolean {
  return ownScopeWords[scope] === undefined || ticked.has(scope);
}

/** What she decides about now is not what she declined before. */
function forgetRefusals(grant: Grant, scopes: readonly string[], resources: Asked["resources"]): void {
  const { rejected } = grant;
  const own = rejected?.openid;
  if (own?.scope !== undefined) own.scope = without(own.scope.split(" "), scopes);
  const ofApis = rejected?.resources ?? {};
  for (const [resource, decided] of Object.entries(resources))
    if (ofApis[resource] !== undefined) ofApis[resource] = without(ofApis[resource].split(" "), decided);
}

function without(scopes: readonly string[], others: readonly string[]): string {
  return scopes.filter((scope) => !others.includes(scope)).join(" ");
}
