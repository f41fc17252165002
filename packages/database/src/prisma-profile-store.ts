import type { PrismaClient } from "./prisma-client.ts";
import type { ProfileStore, SignInMethods } from "./profile-store.ts";

/** Profiles in PostgreSQL, through Prisma. */
export class PrismaProfileStore implements ProfileStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async signInMethodsOf(personId: string): Promise<SignInMethods> {
    const password = await this.#prisma.passwordCredential.findUnique({
      where: { userId: personId },
      select: { changedAt: true },
    });
    return { password };
  }
}
