import type { Adapter, AdapterAccount } from "@auth/core/adapters";
import { PrismaAdapter } from "@auth/prisma-adapter";
import type { PrismaClient, PrismaTransaction } from "./prisma-client.ts";

// The only file that imports @auth/prisma-adapter.

/** Methods of Auth.js that the hub uses: those of accounts at other identity providers. */
type AuthAdapter = Required<Pick<Adapter, "getUserByAccount" | "unlinkAccount">> & {
  /** @param account with the column that the hub adds to those of Auth.js */
  linkAccount(account: AdapterAccount & { readonly label: string }): Promise<unknown>;
};

/**
 * Auth.js adapter for sign-in with other identity providers. Users, sessions and links are the hub's own: their stores read
 * and write them.
 *
 * @param prisma also a transaction, in which the caller holds a lock
 * @see https://authjs.dev/guides/creating-a-database-adapter
 */
export function createAuthAdapter(prisma: PrismaClient | PrismaTransaction): AuthAdapter {
  const { getUserByAccount, linkAccount, unlinkAccount } = PrismaAdapter(
    prisma as PrismaClient,
  ) as AuthAdapter;
  return { getUserByAccount, linkAccount, unlinkAccount };
}
