/** `/sites/v1/sessions/check`: a site asks whether the central session of one of its sign-ins is active. */
import type { CentralSessionStore } from "@gatehouse/database";
import { z } from "zod";
import { HubError } from "../http/hub-error.ts";
import { json, type Route, route } from "../http/route.ts";
import type { RegisteredSite } from "../site-registry/registered-site.ts";
import { acrOf } from "./acr.ts";

const asked = z.strictObject({
  /** The ticket of the sign-in, or the `sid` of the ID token. */
  sessionIndex: z.string().regex(/^[A-Za-z0-9_-]{20,256}$/),
  /** Whether the user was active at the site since the last check; extends the idle timeout. */
  active: z.boolean(),
  /** The site requests the user's groups, if its registration releases them. */
  groups: z.boolean().optional(),
});

export interface CheckSessionNeeds {
  readonly sessions: Pick<CentralSessionStore, "findBySessionIndex">;
  readonly sessionIdleSeconds: number;
  readonly clock: () => Date;
}

export const checkSessionRoutes = (needs: CheckSessionNeeds): Route[] => [
  route({
    method: "POST",
    path: "/sites/v1/sessions/check",
    caller: "site",
    antiForgery: "header-credentials",
    sends: "json",
    speaks: "json",
    async answer(call, sent) {
      const body = asked.safeParse(sent.json);
      if (!body.success) {
        throw new HubError(400, "invalid_request", "This cannot be read", [
          'Send {"sessionIndex": "…", "active": true or false}, with the used ticket or the sid of the ID token.',
        ]);
      }
      const { sessionIndex, active, groups } = body.data;
      const found = await needs.sessions.findBySessionIndex(call.site.id, sessionIndex, {
        touch: active,
      });
      const headers = { "x-request-id": call.requestId };
      if (found.state !== "alive") {
        const reason = found.state === "ended" ? found.reason : "unknown";
        const idleSeconds = needs.sessionIdleSeconds;
        // Sites show the idle timeout, and a setting of their own could differ.
        const ended = { active: false, reason, ...(reason === "idle" && { idleSeconds }) };
        return json(200, ended, { headers });
      }
      const { amr, idleExpiresAt, expiresAt, authenticatedAt, person } = found.session;
      // An age instead of a time: the site's clock may differ.
      const age = needs.clock().getTime() - authenticatedAt.getTime();
      const authenticatedSecondsAgo = Math.max(0, Math.floor(age / 1000));
      const released = groups === true && releasesGroups(call.site, sessionIndex);
      const strength = { acr: acrOf(amr), amr };
      const alive = { active: true, idleExpiresAt, expiresAt, authenticatedSecondsAgo, ...strength };
      return json(200, { ...alive, ...(released && { groups: person.groups }) }, { headers });
    },
  }),
];

/**
 * Whether the site's sign-in released the groups. By OpenID Connect only for first-party sites, where the registration
 * decides: the session check does not read consents.
 */
function releasesGroups({ cas, oidc, firstParty }: RegisteredSite, sessionIndex: string): boolean {
  if (sessionIndex.startsWith("ST-"))
    return cas?.attributes.some(({ name, from }) => name === "groups" && from === "groups") ?? false;
  return firstParty && (oidc?.scopes.includes("groups") ?? false);
}
