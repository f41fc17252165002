import { createAuthAdapter } from "./auth-adapter.ts";
import type { Person } from "./central-session-store.ts";
import type { MakeRecord, RecordedChanges } from "./change-record.ts";
import { personColumns, personFrom } from "./person-row.ts";
import { PersonGone } from "./person-store.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import { isUniqueViolation, type PrismaClient } from "./prisma-client.ts";
import { lockPerson } from "./prisma-statements.ts";
import type {
  LinkedUpstreamAccount,
  UpstreamAccount,
  UpstreamAccountStore,
  UpstreamLinking,
  UpstreamUnlinking,
} from "./upstream-account-store.ts";
import { judgeRemoval } from "./ways-in.ts";

/** The key of an account in the terms of Auth.js. */
const keyOf = ({ provider, id }: UpstreamAccount) => ({
  provider: withoutNul(provider),
  providerAccountId: withoutNul(id),
});

/** Accounts at other identity providers, in the table and through the adapter of Auth.js. */
export class PrismaUpstreamAccountStore implements UpstreamAccountStore {
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;

  constructor(prisma: PrismaClient, changes: RecordedChanges) {
    this.#prisma = prisma;
    this.#changes = changes;
  }

  async findPerson(account: UpstreamAccount): Promise<Person | null> {
    const user = await createAuthAdapter(this.#prisma).getUserByAccount(keyOf(account));
    if (user === null) return null;
    const row = await this.#prisma.user.findUnique({ where: { id: user.id }, select: personColumns });
    return row && personFrom(row);
  }

  async listOf(personId: string): Promise<readonly LinkedUpstreamAccount[]> {
    if (!isUuid(personId)) return [];
    const rows = await this.#prisma.account.findMany({
      where: { userId: personId },
      orderBy: [{ createdAt: "asc" }, { provider: "asc" }, { providerAccountId: "asc" }],
    });
    return rows.map(({ provider, providerAccountId, label, createdAt }) => ({
      provider,
      id: providerAccountId,
      label,
      createdAt,
    }));
  }

  async link(account: LabelledAccount, record: MakeRecord): Promise<UpstreamLinking> {
    const { personId } = account;
    const row = upstreamAccountRow(account);
    try {
      await this.#changes.transaction(async (transaction, write) => {
        if (!(await lockPerson(transaction, personId))) throw new PersonGone();
        await createAuthAdapter(transaction).linkAccount(row);
        await write(record());
      });
      return "linked";
    } catch (error) {
      if (!isUniqueViolation(error)) throw error;
      return (await this.findPerson(account))?.id === personId ? "known-already" : "linked-elsewhere";
    }
  }

  async unlink(
    { personId, ...account }: Parameters<UpstreamAccountStore["unlink"]>[0],
    { providers }: Parameters<UpstreamAccountStore["unlink"]>[1],
    record: MakeRecord,
  ): Promise<UpstreamUnlinking> {
    const key = keyOf(account);
    return this.#changes.transaction(async (transaction, write) => {
      if (!(await lockPerson(transaction, personId))) return "gone";
      if ((await transaction.account.count({ where: { ...key, userId: personId } })) === 0) return "gone";
      const policy = { operatorsNeedFactor: false, providers };
      const { lastWay } = await judgeRemoval(transaction, personId, { account: key }, policy);
      if (lastWay !== null) return "last-way-in";
      await createAuthAdapter(transaction).unlinkAccount(key);
      // Sign-ins that began there and lack a factor. Those of the user's other accounts begin again.
      await transaction.pendingSignIn.deleteMany({ where: { personId, amr: { has: "fed" } } });
      await write(record());
      return "unlinked";
    });
  }
}

type LabelledAccount = Parameters<UpstreamAccountStore["link"]>[0];

/** A new row in the terms of Auth.js, with the column that the hub adds. */
export function upstreamAccountRow({ personId, label, ...account }: LabelledAccount) {
  return { ...keyOf(account), userId: personId, type: "oidc", label: withoutNul(label) } as const;
}
