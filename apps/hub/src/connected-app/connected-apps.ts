/** `/account`: which sites of other people may have what of hers, and taking it back. */
import { HubError } from "../http/hub-error.ts";
import { type CallerFacts, route, seeOther } from "../http/route.ts";
import { ownScopeWords } from "../oidc/consent.ts";
import type { AccountScreen, Allowed } from "../screen.ts";
import { findApi } from "../site-registry/known-apis.ts";

/** The latest first. */
export async function listConnectedApps(
  call: CallerFacts["person"],
): Promise<AccountScreen["connectedApps"]> {
  const { sites, database } = call.hub;
  const consents = await database.consents.listOf(call.session.person.id);
  return consents.map(({ clientId, scopes, resources, givenAt, expiresAt, uses }) => {
    const site = sites.find(clientId);
    const times = Object.entries(uses).sort(([, one], [, other]) => other.getTime() - one.getTime());
    return {
      id: clientId,
      name: site?.name ?? clientId,
      host: site?.host ?? "",
      allows: allowedBy(scopes, resources, call.hub),
      since: givenAt,
      until: expiresAt,
      lastUsedAt: times[0]?.[1] ?? null,
      lastUsedFor: times.flatMap(([resource]) => findApi(call.hub, resource)?.site?.name ?? [])[0] ?? null,
    };
  });
}

function allowedBy(
  scopes: readonly string[],
  resources: Readonly<Record<string, readonly string[]>>,
  hub: CallerFacts["person"]["hub"],
): readonly Allowed[] {
  const own = scopes.flatMap((scope) => {
    const words = ownScopeWords[scope];
    return words === undefined ? [] : [{ words, at: null }];
  });
  const apis = Object.entries(resources).flatMap(([resource, allowed]) => {
    const api = findApi(hub, resource);
    return allowed.flatMap((scope) => {
      const words = api?.scopes[scope];
      return words === undefined ? [] : [{ words, at: api?.site?.name ?? null }];
    });
  });
  return [...own, ...apis];
}

export const disconnectApp = route({
  method: "POST",
  path: "/account/apps/disconnect",
  caller: "person",
  antiForgery: "form-token",
  sends: "form",
  speaks: "html",
  async answer(call, { parameters }) {
    const clientId = parameters.get("app") ?? "";
    if (clientId === "") {
      throw new HubError(400, "app_missing", "Which app?", [
        "The form named no app to disconnect. Nothing was changed.",
        "Go back to your account and choose one.",
      ]);
    }
    const personId = call.session.person.id;
    const taken = await call.hub.database.consents.takeBack(personId, clientId);
    if (!taken) return seeOther("/account?notice=app-gone");
    call.log.info({ event: "consent.taken-back", person: personId, site: clientId }, "consent taken back");
    return seeOther("/account?notice=app-disconnected");
  },
});
