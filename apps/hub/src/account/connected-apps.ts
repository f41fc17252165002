/** Connected apps on `/account/apps`: permissions of each app, and disconnecting it. */
import type {
  CentralSessionStore,
  ConsentStore,
  FoundConsent,
  GrantInUse,
  OidcArtifactStore,
} from "@gatehouse/database";
import { byUser, type HubAuditEvent } from "../audit/record-audit.ts";
import { HubError } from "../http/hub-error.ts";
import { type PageNoticeNeeds, seeNotice } from "../http/page-notice.ts";
import { type Route, route } from "../http/route.ts";
import { ownScopeDescriptions, type Scopes } from "../oidc/scope/consent.ts";
import type { Allowed, AppsScreen } from "../screen/screen.ts";
import { type ApiSources, findApi } from "../site-registry/known-apis.ts";
import type { SiteRegistry } from "../site-registry/site-registry.ts";

export interface ConnectedAppNeeds {
  readonly consents: Pick<ConsentStore, "listOf">;
  readonly sessions: Pick<CentralSessionStore, "listOf">;
  readonly oidcArtifacts: Pick<OidcArtifactStore, "grantsInUse">;
  readonly sites: Pick<SiteRegistry, "find">;
  readonly apis: ApiSources;
  /** Scopes that a grant allows, without the declined ones. @param payload as stored */
  readonly scopesOfGrant: (payload: GrantInUse["payload"]) => Scopes;
}

/** Lists a user's connected apps for the account page. */
export type ListConnectedApps = (personId: string) => Promise<AppsScreen["connectedApps"]>;

type ConnectedApp = AppsScreen["connectedApps"][number];

export function createConnectedAppList(needs: ConnectedAppNeeds): ListConnectedApps {
  return (personId) => listConnectedApps(needs, personId);
}

/**
 * Connected apps, latest first: remembered consents, and valid grants without a consent (only this time, or on a device
 * before the newest answer). A third-party site allowed only this time and without access is no connected app.
 */
async function listConnectedApps(
  needs: ConnectedAppNeeds,
  personId: string,
): Promise<AppsScreen["connectedApps"]> {
  const { sites } = needs;
  const [consents, sessions] = await Promise.all([
    needs.consents.listOf(personId),
    needs.sessions.listOf(personId),
  ]);
  const held = sessions.flatMap(({ oidcClients }) =>
    Object.values(oidcClients).flatMap(({ grantId }) => grantId ?? []),
  );
  const grants = await needs.oidcArtifacts.grantsInUse(personId, held);
  const isListed = ({ clientId }: GrantInUse) =>
    sites.find(clientId)?.firstParty !== true || consents.some((consent) => consent.clientId === clientId);
  const byClient = Map.groupBy(grants.filter(isListed), ({ clientId }) => clientId);
  const ids = new Set([...consents.map(({ clientId }) => clientId), ...byClient.keys()]);
  return [...ids]
    .flatMap((clientId) => {
      const consent = consents.find((one) => one.clientId === clientId);
      const granted = byClient.get(clientId) ?? [];
      const scopes = granted.map(({ payload }) => needs.scopesOfGrant(payload));
      const since = consent?.givenAt ?? granted[0]?.since;
      const refreshes = granted.flatMap(({ refreshedAt }) => refreshedAt ?? []);
      return since === undefined ? [] : (appOf(needs, { clientId, since, consent, scopes, refreshes }) ?? []);
    })
    .toSorted((one, other) => other.since.getTime() - one.since.getTime());
}

interface Found {
  readonly clientId: string;
  readonly since: Date;
  readonly consent: FoundConsent | undefined;
  readonly scopes: readonly Scopes[];
  /** Time of the last refresh of one of its grants. */
  readonly refreshes: readonly Date[];
}

/** @returns `undefined`: not a connected app */
function appOf(
  { apis, sites }: ConnectedAppNeeds,
  { clientId, since, consent, scopes, refreshes }: Found,
): ConnectedApp | undefined {
  const site = sites.find(clientId);
  const whole = [...(consent === undefined ? [] : [consent]), ...scopes];
  const allows = allowedBy(whole, apis);
  if (consent === undefined && allows.length === 0) return undefined;
  const uses = [...Object.entries(consent?.uses ?? {}), ...refreshes.map((at) => ["", at] as const)];
  const [latest] = uses.toSorted(([, one], [, other]) => other.getTime() - one.getTime());
  return {
    id: clientId,
    name: site?.name ?? clientId,
    host: site?.host ?? "",
    allows,
    offline: whole.some((one) => one.scopes.includes("offline_access")),
    since,
    until: consent?.expiresAt ?? null,
    lastUsedAt: latest?.[1] ?? null,
    lastUsedFor: latest === undefined ? null : (findApi(apis, latest[0])?.site?.name ?? null),
  };
}

function allowedBy(found: readonly Scopes[], apis: ApiSources): readonly Allowed[] {
  const scopes = new Set(found.flatMap((one) => one.scopes));
  const own = Object.entries(ownScopeDescriptions).flatMap(([scope, words]) =>
    scopes.has(scope) ? [{ words, at: null }] : [],
  );
  const resources = new Set(found.flatMap((one) => Object.keys(one.resources)));
  const ofApis = [...resources].flatMap((resource) => {
    const api = findApi(apis, resource);
    const allowed = new Set(found.flatMap((one) => one.resources[resource] ?? []));
    return [...allowed].flatMap((scope) => {
      const words = api?.scopes[scope];
      return words === undefined ? [] : [{ words, at: api?.site?.name ?? null }];
    });
  });
  return [...own, ...ofApis];
}

export interface DisconnectAppNeeds extends PageNoticeNeeds {
  readonly consents: Pick<ConsentStore, "revoke">;
  readonly sites: Pick<SiteRegistry, "find">;
}

const page = "/account/apps";

export const disconnectAppRoutes = (needs: DisconnectAppNeeds): Route[] => [
  route({
    method: "POST",
    path: "/account/apps/disconnect",
    caller: "person",
    antiForgery: "form-token",
    sends: "form",
    speaks: "html",
    returnPage: () => ({ page }),
    async answer(call, { parameters }) {
      const clientId = parameters.get("app") ?? "";
      if (clientId === "") {
        throw new HubError(400, "app_missing", "Which app?", [
          "The form named no app to disconnect. Nothing was changed.",
          "Go back to your account and choose one.",
        ]);
      }
      const personId = call.session.person.id;
      const name = needs.sites.find(clientId)?.name ?? "That app";
      const event = { kind: "consent-revoked", ...byUser(call), siteId: clientId } satisfies HubAuditEvent;
      const taken = await needs.consents.revoke(personId, clientId, event);
      if (!taken)
        return seeNotice(needs, call, page, {
          at: "connected-apps",
          text: `${name} was disconnected already.`,
        });
      call.log.info({ event: "consent.revoked", person: personId, site: clientId }, "consent revoked");
      const text = `${name} is disconnected. It has lost the access that you allowed.`;
      return seeNotice(needs, call, page, { at: "connected-apps", text });
    },
  }),
];
