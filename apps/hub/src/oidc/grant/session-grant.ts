/** Each session has one grant per site: replacing it would end the tokens issued from it. */
import type { AllowedPermissions, CentralSession, CentralSessionStore } from "@gatehouse/database";

export interface SessionGrantNeeds {
  readonly sessions: Pick<CentralSessionStore, "findByUid">;
}

/** Makes the decided grant the session's grant, unless the session has received another meanwhile. */
export function joinsOf(
  session: CentralSession,
  clientId: string,
  grantId: string,
  sid?: string,
): NonNullable<AllowedPermissions["joins"]> {
  const before = session.oidcClients[clientId];
  return {
    sessionId: session.id,
    clientId,
    client: { ...before, ...(sid === undefined ? {} : { sid }), grantId },
    grantBefore: before?.grantId,
  };
}

/**
 * Decides again if another answer of the user gave the session its grant meanwhile: what the user allows now is added to
 * that grant.
 *
 * @param decide receives the current session; returns false when nothing was written
 */
export async function decideInSession(
  needs: SessionGrantNeeds,
  session: CentralSession,
  clientId: string,
  decide: (session: CentralSession) => Promise<boolean>,
): Promise<boolean> {
  if (await decide(session)) return true;
  const now = await needs.sessions.findByUid(session.uid);
  if (now.state !== "alive") return false;
  const isAsBefore = now.session.oidcClients[clientId]?.grantId === session.oidcClients[clientId]?.grantId;
  return !isAsBefore && decideInSession(needs, now.session, clientId, decide);
}
