/** Writes what a person decided into what the device will ask for next. */
import { randomUUID } from "node:crypto";
import type { CentralSession } from "@gatehouse/database";
import type { Hub } from "../hub.ts";
import { passwordAcr } from "./central-session-view.ts";
import { ownScopeWords, recordConsent } from "./consent.ts";
import { askedByDevice, type DeviceRequest } from "./device-request.ts";

/**
 * @param allowed what she ticked; `null`: she said no
 * @returns false when it was decided already, or is past its life
 * @see RFC 8628, sections 3.3 and 3.5
 */
export async function settleDevice(
  hub: Pick<Hub, "issuer" | "database" | "settings" | "sites">,
  session: CentralSession,
  request: DeviceRequest,
  allowed: ReadonlySet<string> | null,
): Promise<boolean> {
  const { oidcArtifacts, sessions } = hub.database;
  if (allowed === null) {
    const payload = { error: "access_denied", errorDescription: "the person said no" };
    return oidcArtifacts.decideDeviceCode(request.id, { payload });
  }
  const asked = askedByDevice(hub, session, request);
  const personId = session.person.id;
  const grantId = await recordConsent(hub, asked, personId, allowed);
  const sid = session.oidcClients[request.site.id]?.sid ?? randomUUID();
  const bound = { sessionUid: session.uid, sid, expiresWithSession: true };
  // First, so that the device never holds what no sign-out would know of.
  if (!request.offline)
    await sessions.joinOidcClients(session.id, { [request.site.id]: { sid, grantId } }, "");
  const [resource, ...more] = request.resources;
  const payload = {
    accountId: personId,
    grantId,
    acr: passwordAcr,
    amr: ["pwd"],
    authTime: Math.floor(session.authenticatedAt.getTime() / 1000),
    scope: request.scopes.filter((scope) => isGiven(scope, asked.scopes, allowed)).join(" "),
    ...(resource === undefined ? {} : { resource: more.length === 0 ? resource : request.resources }),
    ...(request.offline ? {} : bound),
  };
  return oidcArtifacts.decideDeviceCode(request.id, {
    payload,
    personId,
    grantId,
    sessionUid: request.offline ? undefined : session.uid,
  });
}

/** `openid` and `offline_access` are no things that one ticks. */
function isGiven(scope: string, own: readonly string[], allowed: ReadonlySet<string>): boolean {
  return allowed.has(scope) || (own.includes(scope) && ownScopeWords[scope] === undefined);
}
