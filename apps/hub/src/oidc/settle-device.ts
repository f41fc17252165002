/** Writes what a person decided into what the device will ask for next. */
import { randomUUID } from "node:crypto";
import type { CentralSession } from "@gatehouse/database";
import type { Hub } from "../hub.ts";
import { allowedBy, isGiven } from "./allowed.ts";
import { passwordAcr } from "./central-session-view.ts";
import type { Asked } from "./consent.ts";
import { askedByDevice, type DeviceRequest } from "./device-request.ts";
import { decideInSession, joinsOf } from "./session-grant.ts";

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
  if (ticked !== null)
    return decideInSession(hub, session, request.site.id, (now) => allow(hub, now, request, ticked));
  const payload = { error: "access_denied", errorDescription: "the person said no" };
  return hub.database.decisions.decide({ question: questionOf(request), answer: { payload } });
}

async function allow(
  hub: Pick<Hub, "issuer" | "database" | "settings" | "sites">,
  session: CentralSession,
  request: DeviceRequest,
  ticked: ReadonlySet<string>,
): Promise<boolean> {
  const question = questionOf(request);
  const asked = askedByDevice(hub, session, request);
  const personId = session.person.id;
  const allowed = await allowedBy(hub, asked, personId, ticked);
  const grantId = allowed.grant.id;
  const payload = { ...toldToDevice(session, request, asked, ticked), grantId };
  if (request.offline)
    return hub.database.decisions.decide({ question, answer: { payload, personId, grantId }, allowed });
  const sid = session.oidcClients[request.site.id]?.sid ?? randomUUID();
  const bound = { sessionUid: session.uid, sid, expiresWithSession: true };
  return hub.database.decisions.decide({
    question,
    answer: { payload: { ...payload, ...bound }, personId, grantId, sessionUid: session.uid },
    // Else the device would hold what no sign-out knows of.
    allowed: { ...allowed, joins: joinsOf(session, request.site.id, grantId, sid) },
  });
}

function questionOf({ id }: DeviceRequest) {
  return { kind: "DeviceCode", id };
}

/** What its tokens will say. */
function toldToDevice(
  session: CentralSession,
  request: DeviceRequest,
  asked: Asked,
  ticked: ReadonlySet<string>,
): Readonly<Record<string, unknown>> {
  const [resource, ...more] = request.resources;
  const may = (scope: string) => (asked.scopes.includes(scope) ? isGiven(scope, ticked) : ticked.has(scope));
  return {
    accountId: session.person.id,
    acr: passwordAcr,
    amr: ["pwd"],
    authTime: Math.floor(session.authenticatedAt.getTime() / 1000),
    scope: request.scopes.filter(may).join(" "),
    ...(resource === undefined ? {} : { resource: more.length === 0 ? resource : request.resources }),
  };
}
