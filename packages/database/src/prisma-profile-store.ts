import { createHash } from "node:crypto";
import type { MakeRecord, RecordedChanges } from "./change-record.ts";
import { isUuid, withoutNul } from "./postgres-input.ts";
import type { PrismaClient } from "./prisma-client.ts";
import { disconnectAllApps, distrustEarlierAccess, endAllSessions, lockPerson } from "./prisma-statements.ts";
import type {
  ExportedAccount,
  Picture,
  ProfileStore,
  RequestedDeletion,
  SignInMethods,
} from "./profile-store.ts";

/** Latest entries of the audit trail in an export. */
const mostActivity = 10_000;

/** Profiles in PostgreSQL, through Prisma. */
export class PrismaProfileStore implements ProfileStore {
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;

  constructor(prisma: PrismaClient, changes: RecordedChanges) {
    this.#prisma = prisma;
    this.#changes = changes;
  }

  async signInMethodsOf(personId: string): Promise<SignInMethods> {
    const password = await this.#prisma.passwordCredential.findUnique({
      where: { userId: personId },
      select: { changedAt: true },
    });
    return { password };
  }

  async rename(personId: string, name: string, record: MakeRecord): Promise<void> {
    await this.#changes.transaction(async (transaction, write) => {
      await transaction.user.updateMany({ where: { id: personId }, data: { name: withoutNul(name) } });
      await write(record());
    });
  }

  async setPicture(personId: string, { type, bytes }: Picture, record: MakeRecord): Promise<string> {
    const hash = createHash("sha256").update(bytes).digest("hex");
    const stored = { type, bytes: Uint8Array.from(bytes) };
    await this.#changes.transaction(async (transaction, write) => {
      await transaction.profilePicture.upsert({
        where: { personId },
        create: { personId, ...stored },
        update: stored,
      });
      await transaction.user.update({ where: { id: personId }, data: { image: hash } });
      await write(record());
    });
    return hash;
  }

  async removePicture(personId: string, record: MakeRecord): Promise<void> {
    await this.#changes.transaction(async (transaction, write) => {
      await transaction.profilePicture.deleteMany({ where: { personId } });
      await transaction.user.updateMany({ where: { id: personId }, data: { image: null } });
      await write(record());
    });
  }

  async findPicture(hash: string): Promise<Picture | null> {
    const found = await this.#prisma.profilePicture.findFirst({
      where: { person: { image: withoutNul(hash), disabledAt: null } },
      select: { type: true, bytes: true },
    });
    return found && { type: found.type as Picture["type"], bytes: found.bytes };
  }

  async requestDeletion(personId: string, graceSeconds: number, record: MakeRecord<RequestedDeletion>) {
    return this.#changes.transaction(async (transaction, write) => {
      // An update alone takes a weaker lock, beside which a session can start that would not end here.
      if (!(await lockPerson(transaction, personId))) return null;
      const [asked] = await transaction.$queryRaw<{ readonly due_at: Date }[]>`
        UPDATE users
        SET deletion_due_at = coalesce(deletion_due_at, hub_now() + make_interval(secs => ${graceSeconds}))
        WHERE id = ${personId}::uuid
        RETURNING deletion_due_at AS due_at`;
      if (asked === undefined) return null;
      const endedSessions = await endAllSessions(transaction, personId, "ended-elsewhere");
      const disconnected = await disconnectAllApps(transaction, personId);
      await distrustEarlierAccess(transaction, personId);
      const requested = { dueAt: asked.due_at, endedSessions, disconnected };
      await write(record(requested));
      return requested;
    });
  }

  async cancelDeletion(personId: string, record: MakeRecord): Promise<boolean> {
    return this.#changes.transaction(async (transaction, write) => {
      const kept = await transaction.$executeRaw`
        UPDATE users SET deletion_due_at = NULL WHERE id = ${personId}::uuid AND deletion_due_at > hub_now()`;
      if (kept === 1) await write(record());
      return kept === 1;
    });
  }

  async dueForDeletion(limit: number): Promise<readonly string[]> {
    const due = await this.#prisma.$queryRaw<{ readonly id: string }[]>`
      SELECT id FROM users WHERE deletion_due_at <= hub_now() ORDER BY deletion_due_at LIMIT ${limit}`;
    return due.map(({ id }) => id);
  }

  async exportOf(personId: string): Promise<ExportedAccount | null> {
    if (!isUuid(personId)) return null;
    const found = await this.#prisma.user.findUnique({ where: { id: personId }, select: exported });
    if (found === null) return null;
    const activity = await this.#prisma.auditEvent.findMany({
      where: { personId },
      select: exportedActivity,
      orderBy: { id: "desc" },
      take: mostActivity,
    });
    const {
      password,
      passkeys,
      totpFactor,
      _count,
      accounts,
      sessions,
      consents,
      appPasswords,
      picture,
      ...profile
    } = found;
    return {
      profile: { ...profile, picture: picture && { ...picture, bytes: toBase64(picture.bytes) } },
      signInMethods: {
        password,
        passkeys,
        oneTimeCodes: totpFactor,
        unusedRecoveryCodes: _count.recoveryCodes,
      },
      accountsAtProviders: accounts,
      sessions,
      consents,
      appPasswords,
      activity,
    };
  }
}

const toBase64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** Columns of an export. Each is listed, so that a new column is not exported by accident. */
const exported = {
  id: true,
  username: true,
  name: true,
  email: true,
  emailVerified: true,
  operator: true,
  groups: true,
  createdAt: true,
  deletionDueAt: true,
  picture: { select: { type: true, bytes: true, changedAt: true } },
  password: { select: { changedAt: true } },
  passkeys: {
    select: { name: true, transports: true, aaguid: true, backedUp: true, createdAt: true, lastUsedAt: true },
  },
  totpFactor: { select: { createdAt: true } },
  _count: { select: { recoveryCodes: true } },
  accounts: { select: { provider: true, providerAccountId: true, label: true, createdAt: true } },
  sessions: {
    select: {
      startedAt: true,
      authenticatedAt: true,
      lastActivityAt: true,
      expires: true,
      longTerm: true,
      askBefore: true,
      amr: true,
      userAgent: true,
      address: true,
      endedAt: true,
      endReason: true,
      siteSessions: { select: { siteId: true, startedAt: true, lastActivityAt: true } },
    },
    orderBy: { startedAt: "desc" },
  },
  consents: {
    select: { clientId: true, scopes: true, resources: true, givenAt: true, expiresAt: true, uses: true },
  },
  appPasswords: { select: { name: true, scopes: true, createdAt: true, expiresAt: true, lastUsedAt: true } },
} as const;

const exportedActivity = {
  at: true,
  kind: true,
  outcome: true,
  siteId: true,
  address: true,
  userAgent: true,
} as const;
