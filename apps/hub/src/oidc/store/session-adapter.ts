/**
 * Sessions of oidc-provider as views of central sessions. A view is made from the central session that the browser's
 * cookie names; it exists only while that session lives, and ends with it.
 */
import type { CentralSession, CentralSessionStore, OidcClientSession } from "@gatehouse/database";
import type { LogoutDispatcher } from "../../logout/logout-dispatcher.ts";
import { acrOf } from "../../session/acr.ts";
import type { Adapter, AdapterPayload } from "../issuer/provider.ts";
import {
  currentArtifacts,
  currentSession,
  isAccepted,
  isSigningOut,
  recordTokenSession,
  sessionOfCookie,
} from "./request-context.ts";

const sessionToken = /^TGT-[A-Za-z0-9]+$/;

/** Lifetime, in seconds, of sessions of browsers without a central session, and of the state of a sign-out. */
const passingSeconds = 3600;

export interface SessionAdapterNeeds {
  readonly sessions: Pick<CentralSessionStore, "end" | "findByUid" | "joinOidcClients">;
  /** Notifies the sites of ended sessions. */
  readonly logout: Pick<LogoutDispatcher, "wake">;
}

/** @param passing stores sessions of browsers that are not signed in, and the state of a sign-out */
export function sessionAdapter(passing: Adapter, { sessions, logout }: SessionAdapterNeeds): Adapter {
  return {
    ...passing,
    async upsert(id, payload) {
      const session = currentSession();
      if (!sessionToken.test(id) || session === null) return passing.upsert(id, payload, passingSeconds);
      // Unchanged clients are left out, because another request may be changing them.
      const changed = Object.entries(clientsOf(payload)).filter(
        ([client, known]) => JSON.stringify(known) !== JSON.stringify(session.oidcClients[client]),
      );
      // While the user may still decline, the site has received nothing: it joins the session with its answer.
      if (changed.length > 0 && isAccepted())
        await sessions.joinOidcClients(session.id, Object.fromEntries(changed), "");
      if (payload.state !== undefined)
        await passing.upsert(session.uid, { state: payload.state } as AdapterPayload, passingSeconds);
    },
    async find(id) {
      if (!sessionToken.test(id)) return passing.find(id);
      const session = sessionOfCookie(id);
      if (session === null) return undefined;
      const view = viewOf(session, id);
      // Only a sign-out takes two requests.
      const remembered = isSigningOut() ? await passing.find(session.uid) : undefined;
      return remembered?.state === undefined ? view : { ...view, state: remembered.state };
    },
    async findByUid(uid) {
      const known = currentArtifacts()?.session(uid);
      if (known !== undefined) return viewOf(known, uid);
      const found = await sessions.findByUid(uid);
      return found.state === "alive" ? viewOf(found.session, uid) : undefined;
    },
    async destroy(id) {
      const session = currentSession();
      if (session !== null) await passing.destroy(session.uid);
      if (!sessionToken.test(id)) return passing.destroy(id);
      await sessions.end({ token: id }, "signed-out");
      logout.wake();
    },
  };
}

/** @param jti oidc-provider's name of the session: the token in the browser, or a `uid`, which opens nothing */
function viewOf(session: CentralSession, jti: string): AdapterPayload {
  recordTokenSession(session);
  return {
    kind: "Session",
    jti,
    uid: session.uid,
    accountId: session.person.id,
    loginTs: seconds(session.authenticatedAt),
    acr: acrOf(session.amr),
    amr: [...session.amr],
    // Without it oidc-provider would date the cookie, which would outlive the browser.
    transient: !session.longTerm,
    authorizations: Object.fromEntries(
      // Copies, because oidc-provider writes into them and `upsert` compares. `persistsLogout`: artifacts that end with
      // a session carry its uid, and a sign-out leaves the others alone (Back-Channel Logout 1.0, section 2.7).
      Object.entries(session.oidcClients).map(([id, known]) => [id, { ...known, persistsLogout: true }]),
    ) as NonNullable<AdapterPayload["authorizations"]>,
    iat: seconds(session.startedAt),
    exp: seconds(session.expiresAt),
  };
}

/** `sid` and grant of each client. */
function clientsOf(payload: AdapterPayload): Readonly<Record<string, OidcClientSession>> {
  const entries = Object.entries(payload.authorizations ?? {});
  return Object.fromEntries(
    entries.map(([clientId, { sid, grantId }]) => [
      clientId,
      { ...(sid === undefined ? {} : { sid }), ...(grantId === undefined ? {} : { grantId }) },
    ]),
  );
}

function seconds(date: Date): number {
  return Math.floor(date.getTime() / 1000);
}
