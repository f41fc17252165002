/** A session has one grant with a site: a second one would end what stands on the first. */
import type { Allowed, CentralSession } from "@gatehouse/database";
import type { Hub } from "../../hub.ts";

/** Makes the decided grant the session's grant, unless the session has received another meanwhile. */
export function joinsOf(
  session: CentralSession,
  clientId: string,
  grantId: string,
  sid?: string,
): NonNullable<Allowed["joins"]> {
  const before = session.oidcClients[clientId];
  return {
    sessionId: session.id,
    clientId,
    client: { ...before, ...(sid === undefined ? {} : { sid }), grantId },
    grantBefore: before?.grantId,
  };
}

/**
 * Decides once more where another answer of hers gave the session its grant meanwhile: what she allows now goes into
 * that one.
 *
 * @param decide with the session as it is; false when nothing was written
 */
export async function decideInSession(
  { database }: Pick<Hub, "database">,
  session: CentralSession,
  clientId: string,
  decide: (session: CentralSession) => Promise<boolean>,
): Promise<boolean> {
  if (await decide(session)) return true;
  const now = await database.sessions.findByUid(session.uid);
  if (now.state !== "alive") return false;
  const isAsBefore = now.session.oidcClients[clientId]?.grantId === session.oidcClients[clientId]?.grantId;
  return !isAsBefore && decideInSession({ database }, now.session, clientId, decide);
}
