/** Turns the user's choice into a grant and a consent, which are stored together with the answer. */
import type { AllowedPermissions } from "@gatehouse/database";
import type { CurrentProvider, Grant } from "../issuer/provider.ts";
import {
  allowedScopes,
  type ConsentChoice,
  outlivesSession,
  type Registrations,
  type ScopeRequest,
  type Scopes,
} from "../scope/consent.ts";
import { collectArtifacts } from "../store/adapter.ts";

export interface AllowNeeds extends Registrations {
  readonly issuer: CurrentProvider;
}

/**
 * The user's decision as a grant for this session and a consent beyond it; scopes not ticked are declined. Writes
 * nothing.
 */
export async function allowedBy(
  needs: AllowNeeds,
  asked: ScopeRequest,
  personId: string,
  choice: ConsentChoice,
): Promise<AllowedPermissions> {
  const { provider } = needs.issuer;
  const { clientId, grantId, scopes, resources } = asked;
  const given = allowedScopes(asked, choice, needs);
  const lifeSeconds =
    choice.duration === "once" || !outlivesSession(asked, needs) ? null : choice.duration * 86_400;
  const decided = { asked, given, lifeSeconds };
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
  // A first-party site is a connected app only if its access outlives the session.
  const isFirstParty = needs.sites.find(clientId)?.firstParty === true;
  const staysConnected = given.scopes.includes("offline_access");
  if (!outlivesSession(asked, needs) || (isFirstParty && !staysConnected)) return { personId, grant };
  return { personId, grant, consent: { clientId, asked: { scopes, resources }, given, lifeSeconds } };
}

interface Decided {
  readonly asked: ScopeRequest;
  readonly given: Scopes;
  readonly lifeSeconds: number | null;
}

/** A grant to be stored. Everything issued from it ends with it, refresh tokens included. */
async function changed(grant: Grant, { asked, given, lifeSeconds }: Decided) {
  forget(grant, asked);
  if (given.scopes.length > 0) grant.addOIDCScope(given.scopes.join(" "));
  if (asked.claims.length > 0) grant.addOIDCClaims([...asked.claims]);
  for (const [resource, scopes] of Object.entries(given.resources))
    if (scopes.length > 0) grant.addResourceScope(resource, scopes.join(" "));
  // A decision for this time only is not stored, and neither are its declined scopes.
  if (lifeSeconds !== null) {
    refuse(grant, asked, given);
    grant.exp = Math.floor(Date.now() / 1000) + lifeSeconds;
  }
  const [kept] = await collectArtifacts(() => grant.save());
  if (kept === undefined) throw new Error("oidc-provider saved no grant");
  return kept;
}

/** Marks requested scopes that were not allowed as declined, so that the hub does not ask again. */
export function refuse(grant: Grant, asked: Scopes, given: Scopes): void {
  const declined = without(asked.scopes, given.scopes);
  if (declined !== "") grant.rejectOIDCScope(declined);
  for (const [resource, named] of Object.entries(asked.resources)) {
    const refused = without(named, given.resources[resource] ?? []);
    if (refused !== "") grant.rejectResourceScope(resource, refused);
  }
}

/** Removes earlier decisions about the scopes that are decided now. */
function forget(grant: Grant, decided: Scopes): void {
  take(grant, decided);
  forgetRefusals(grant, decided);
}

/** Removes all declined scopes, as if the user had not been asked. */
export function forgetRefusals({ rejected }: Grant, scopes: Scopes): void {
  if (rejected !== undefined) take(rejected, scopes);
}

function take(from: Pick<Grant, "openid" | "resources">, { scopes, resources }: Scopes): void {
  const { openid, resources: ofApis = {} } = from;
  if (openid?.scope !== undefined) openid.scope = without(openid.scope.split(" "), scopes);
  for (const [resource, taken] of Object.entries(resources))
    if (ofApis[resource] !== undefined) ofApis[resource] = without(ofApis[resource].split(" "), taken);
}

function without(scopes: readonly string[], others: readonly string[]): string {
  return scopes.filter((scope) => !others.includes(scope)).join(" ");
}
