import type { Adapter, AdapterSession, AdapterUser } from "@auth/core/adapters";
import { PrismaAdapter } from "@auth/prisma-adapter";
import type { CentralSessionStore, FoundSession } from "./central-session-store.ts";
import type { PrismaClient } from "./prisma-client.ts";

// The only file that imports @auth/prisma-adapter.

export type { AdapterUser } from "@auth/core/adapters";

/** Methods that this adapter always has; Auth.js declares every method as optional. */
export type AuthAdapter = Adapter &
  Required<
    Pick<
      Adapter,
      | "createUser"
      | "getUser"
      | "getUserByEmail"
      | "updateUser"
      | "createSession"
      | "getSessionAndUser"
      | "updateSession"
      | "deleteSession"
    >
  >;

/**
 * Auth.js adapter: users, accounts and verification tokens of @auth/prisma-adapter, sessions of the central session store.
 * The store decides `expires`; an idle or ended session is not found.
 *
 * @see https://authjs.dev/guides/creating-a-database-adapter
 */
export function createAuthAdapter(prisma: PrismaClient, sessions: CentralSessionStore): AuthAdapter {
  const adapter = PrismaAdapter(prisma) as AuthAdapter;
  return {
    ...adapter,

    // Auth.js has no user names; an e-mail address is a unique one.
    createUser: (user) => {
      const email = user.email.toLowerCase();
      return adapter.createUser({ username: email, ...user, email } as AdapterUser);
    },
    getUserByEmail: (email) => adapter.getUserByEmail(email.toLowerCase()),

    createSession: async ({ sessionToken, userId }) => {
      const session = await sessions.start({
        personId: userId,
        token: sessionToken,
        userAgent: "",
        address: "",
        longTerm: false,
      });
      return { sessionToken, userId, expires: session.expiresAt };
    },
    getSessionAndUser: async (sessionToken) => {
      const session = adapterSession(sessionToken, await sessions.find(sessionToken, { touch: true }));
      const user = session && (await adapter.getUser(session.userId));
      return session && user ? { session, user } : null;
    },
    // Auth.js extends `expires` to keep a session alive; here that counts as activity, and the absolute end stays.
    updateSession: async ({ sessionToken }) =>
      adapterSession(sessionToken, await sessions.find(sessionToken, { touch: true })),
    deleteSession: async (sessionToken) => {
      await sessions.end({ token: sessionToken }, "signed-out");
    },
  };
}

function adapterSession(sessionToken: string, found: FoundSession): AdapterSession | null {
  if (found.state !== "alive") {
    return null;
  }
  return { sessionToken, userId: found.session.person.id, expires: found.session.expiresAt };
}
