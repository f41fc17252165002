/** Writes the user's decision into the device code, which the device polls. */
import { randomUUID } from "node:crypto";
import type { CentralSession, DecisionStore } from "@gatehouse/database";
import type { HubAuditEvent } from "../../audit/record-audit.ts";
import type { CallerFacts } from "../../http/route.ts";
import { acrOf } from "../../session/acr.ts";
import { type AllowNeeds, allowedBy } from "../grant/allowed.ts";
import { decideInSession, joinsOf, type SessionGrantNeeds } from "../grant/session-grant.ts";
import { allowedScopes, type ConsentChoice, type Scopes } from "../scope/consent.ts";
import { consentEvent } from "./consent-event.ts";
import { askedByDevice, type DeviceRequest } from "./device-request.ts";

export interface SettleDeviceNeeds extends AllowNeeds, SessionGrantNeeds {
  readonly decisions: Pick<DecisionStore, "decide">;
}

/**
 * @param choice the user's choice; `null`: the user declined
 * @returns the allowed scopes; `null`: the code was already decided or has expired
 * @see RFC 8628, sections 3.3 and 3.5
 */
export async function settleDevice(
  needs: SettleDeviceNeeds,
  call: CallerFacts["person"],
  request: DeviceRequest,
  choice: ConsentChoice | null,
): Promise<Scopes | null> {
  const { session } = call;
  if (choice === null) {
    const payload = { error: "access_denied", errorDescription: "the user declined" };
    const isFirst = await needs.decisions.decide({
      question: questionOf(request),
      answer: { payload },
      event: consentEvent(call, session, request.site.id, null),
    });
    return isFirst ? { scopes: [], resources: {} } : null;
  }
  const given = allowedScopes(askedByDevice(needs, session, request), choice, needs);
  const event = consentEvent(call, session, request.site.id, given);
  const isFirst = await decideInSession(needs, session, request.site.id, (now) =>
    allow(needs, now, request, choice, event),
  );
  return isFirst ? given : null;
}

async function allow(
  needs: SettleDeviceNeeds,
  session: CentralSession,
  request: DeviceRequest,
  choice: ConsentChoice,
  event: HubAuditEvent,
): Promise<boolean> {
  const question = questionOf(request);
  const ofSession = askedByDevice(needs, session, request);
  const given = allowedScopes(ofSession, choice, needs);
  const staysConnected = given.scopes.includes("offline_access");
  // Access that ends with the session uses the session's grant with the site; access that outlives it has its own grant.
  const asked = staysConnected ? { ...ofSession, grantId: undefined } : ofSession;
  const personId = session.person.id;
  const allowed = await allowedBy(needs, asked, personId, choice);
  const grantId = allowed.grant.id;
  const payload = { ...toldToDevice(session, request, given), grantId };
  if (staysConnected)
    return needs.decisions.decide({ question, answer: { payload, personId, grantId }, allowed, event });
  const sid = session.oidcClients[request.site.id]?.sid ?? randomUUID();
  const bound = { sessionUid: session.uid, sid, expiresWithSession: true };
  return needs.decisions.decide({
    question,
    answer: { payload: { ...payload, ...bound }, personId, grantId, sessionUid: session.uid },
    // Otherwise a sign-out would not end the tokens of the device.
    allowed: { ...allowed, joins: joinsOf(session, request.site.id, grantId, sid) },
    event,
  });
}

function questionOf({ id }: DeviceRequest) {
  return { kind: "DeviceCode", id };
}

/** Claims of the device's tokens. */
function toldToDevice(
  session: CentralSession,
  request: DeviceRequest,
  given: Scopes,
): Readonly<Record<string, unknown>> {
  const [resource, ...more] = request.resources;
  const may = new Set([given.scopes, ...Object.values(given.resources)].flat());
  return {
    accountId: session.person.id,
    acr: acrOf(session.amr),
    amr: [...session.amr],
    authTime: Math.floor(session.authenticatedAt.getTime() / 1000),
    scope: request.scopes.filter((scope) => may.has(scope)).join(" "),
    ...(resource === undefined ? {} : { resource: more.length === 0 ? resource : request.resources }),
  };
}
