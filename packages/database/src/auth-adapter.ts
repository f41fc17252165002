import type { Adapter, AdapterUser } from "@auth/core/adapters";
import { PrismaAdapter } from "@auth/prisma-adapter";
import type { PrismaClient } from "./prisma-client.ts";

// The only file that imports @auth/prisma-adapter.

/** Methods of Auth.js that the hub uses: those of users, and of their accounts at other identity providers. */
type AuthAdapter = Required<
  Pick<
    Adapter,
    | "createUser"
    | "getUser"
    | "getUserByAccount"
    | "getUserByEmail"
    | "linkAccount"
    | "unlinkAccount"
    | "updateUser"
  >
>;

/**
 * Auth.js adapter for sign-in with other identity providers. Sessions and links are the hub's own: only the central session
 * store and the store of verification tokens read and write them.
 *
 * @see https://authjs.dev/guides/creating-a-database-adapter
 */
export function createAuthAdapter(prisma: PrismaClient): AuthAdapter {
  const adapter = PrismaAdapter(prisma) as AuthAdapter;
  const { getUser, getUserByAccount, linkAccount, unlinkAccount, updateUser } = adapter;
  return {
    getUser,
    getUserByAccount,
    linkAccount,
    unlinkAccount,
    updateUser,

    // Auth.js has no user names; an e-mail address is a unique one.
    createUser: (user) => {
      const email = user.email.toLowerCase();
      return adapter.createUser({ username: email, ...user, email } as AdapterUser);
    },
    getUserByEmail: (email) => adapter.getUserByEmail(email.toLowerCase()),
  };
}
