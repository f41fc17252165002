import type { Adapter, AdapterUser } from "@auth/core/adapters";
import { PrismaAdapter } from "@auth/prisma-adapter";
import type { PrismaClient } from "./prisma-client.ts";

// The only file that imports @auth/prisma-adapter.

export type { AdapterUser } from "@auth/core/adapters";

/** Methods that this adapter always has; Auth.js declares every method as optional. */
export type AuthAdapter = Adapter &
  Required<Pick<Adapter, "createUser" | "getUser" | "getUserByEmail" | "updateUser">>;

/**
 * Auth.js adapter for users, accounts and verification tokens. It has no sessions: those of the hub are central sessions,
 * which only the central session store reads and writes.
 *
 * @see https://authjs.dev/guides/creating-a-database-adapter
 */
export function createAuthAdapter(prisma: PrismaClient): AuthAdapter {
  const { createSession, getSessionAndUser, updateSession, deleteSession, ...adapter } = PrismaAdapter(
    prisma,
  ) as AuthAdapter;
  return {
    ...adapter,

    // Auth.js has no user names; an e-mail address is a unique one.
    createUser: (user) => {
      const email = user.email.toLowerCase();
      return adapter.createUser({ username: email, ...user, email } as AdapterUser);
    },
    getUserByEmail: (email) => adapter.getUserByEmail(email.toLowerCase()),
  };
}
