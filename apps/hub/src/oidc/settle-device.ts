/** Writes what a person decided into what the device will ask for next. */
import { randomUUID } from "node:crypto";
import type { CentralSession } from "@gatehouse/database";
import type { Hub } from "../hub.ts";
import { allowedBy, isGiven } from "./allowed.ts";
import { passwordAcr } from "./central-session-view.ts";
import { askedByDevice, type DeviceRequest } from "./device-request.ts";

/**
 * @param ticked what she ticked; `null`: she said no
 * @returns false when it was decided already, or is past its life
 * @see RFC 8628, sections 3.3 and 3.5
 */
export async function settleDevice(
  hub: Pick<Hub, "issuer" | "database" | "settings" | "sites">,
  session: CentralSession,
  request: DeviceRequest,
  ticked: ReadonlySet<string> | null,
): Promise<boolean> {
  const question = { kind: "DeviceCode", id: request.id };
  const { decisions } = hub.database;
  if (ticked === null) {
    const payload = { error: "access_denied", errorDescription: "the person said no" };
    return decisions.decide({ question, answer: { payload } });
  }
  const asked = askedByDevice(hub, session, request);
  const personId = session.person.id;
  const allowed = await allowedBy(hub, asked, personId, ticked);
  const grantId = allowed.grant.id;
  const [resource, ...more] = request.resources;
  const may = (scope: string) => (asked.scopes.includes(scope) ? isGiven(scope, ticked) : ticked.has(scope));
  const payload = {
    accountId: personId,
    grantId,
    acr: passwordAcr,
    amr: ["pwd"],
    authTime: Math.floor(session.authenticatedAt.getTime() / 1000),
    scope: request.scopes.filter(may).join(" "),
    ...(resource === undefined ? {} : { resource: more.length === 0 ? resource : request.resources }),
  };
  if (request.offline) return decisions.decide({ question, answer: { payload, personId, grantId }, allowed });
  const sid = session.oidcClients[request.site.id]?.sid ?? randomUUID();
  const bound = { sessionUid: session.uid, sid, expiresWithSession: true };
  return decisions.decide({
    question,
    answer: { payload: { ...payload, ...bound }, personId, grantId, sessionUid: session.uid },
    // Else the device would hold what no sign-out knows of.
    allowed: {
      ...allowed,
      joins: { sessionId: session.id, clients: { [request.site.id]: { sid, grantId } } },
    },
  });
}
