import type { MakeRecord, RecordedChanges } from "./change-record.ts";
import type { PasswordChanged, PasswordStore, StoredPassword, WaitingSignIn } from "./password-store.ts";
import type { NewPassword } from "./person-store.ts";
import { isUuid } from "./postgres-input.ts";
import { type PrismaClient, type PrismaTransaction, sql } from "./prisma-client.ts";
import {
  disconnectAllApps,
  endAllSessions,
  personOf,
  voidLinks,
  writePassword,
} from "./prisma-statements.ts";
import { tokenHash } from "./token-hash.ts";

/**
 * A pending sign-in `p` of a user `u` with a password `c` permits another password: it was proved with the current one, which
 * must be changed, and with the factor of a user who has one.
 */
const permitsNewPassword = sql`p.expires_at > hub_now() AND u.disabled_at IS NULL
  AND c.must_change AND c.changed_at <= p.proved_at AND 'pwd' = ANY (p.amr)
  AND ('mfa' = ANY (p.amr) OR NOT has_factor(p.person_id))`;

interface WaitingRow {
  readonly personId: string;
  readonly amr: readonly string[];
  readonly longTerm: boolean;
}

/** Passwords in PostgreSQL, through Prisma. */
export class PrismaPasswordStore implements PasswordStore {
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;

  constructor(prisma: PrismaClient, changes: RecordedChanges) {
    this.#prisma = prisma;
    this.#changes = changes;
  }

  async find(personId: string): Promise<StoredPassword | null> {
    if (!isUuid(personId)) return null;
    return this.#prisma.passwordCredential.findUnique({
      where: { userId: personId },
      select: { changedAt: true, mustChange: true, standsAlone: true },
    });
  }

  async change(
    change: Parameters<PasswordStore["change"]>[0],
    record: MakeRecord<PasswordChanged>,
  ): Promise<PasswordChanged | null> {
    const { personId, password, from, endSessionsExcept, disconnectApps } = change;
    return this.#changes.transaction(async (transaction, write) => {
      // The lock keeps sessions, consents and app passwords from starting until the end of the transaction.
      const locked = await transaction.$executeRaw`
        SELECT FROM users WHERE id = ${personId}::uuid AND disabled_at IS NULL FOR UPDATE`;
      if (locked !== 1) return null;
      const stored = await transaction.passwordCredential.findUnique({ where: { userId: personId } });
      if (stored?.changedAt.getTime() !== from?.getTime()) return null;
      if (!(await replacePassword(transaction, personId, password))) return null;
      const disconnected = disconnectApps ? await disconnectAllApps(transaction, personId) : null;
      const exceptSessionId = endSessionsExcept;
      const sessionsEnded =
        exceptSessionId === undefined
          ? []
          : await endAllSessions(transaction, personId, "password-changed", { exceptSessionId });
      const changed = { person: await personOf(transaction, personId), sessionsEnded, disconnected };
      await write(record(changed));
      return changed;
    });
  }

  async findWaiting(pendingToken: string): Promise<WaitingSignIn | null> {
    const [row] = await this.#prisma.$queryRaw<WaitingRow[]>`
      SELECT p.person_id AS "personId", p.amr, p.long_term AS "longTerm"
      FROM pending_sign_ins p JOIN users u ON u.id = p.person_id
        JOIN password_credentials c ON c.user_id = p.person_id
      WHERE p.hash = ${tokenHash("PSI", pendingToken)} AND ${permitsNewPassword}`;
    return row === undefined ? null : waitingFrom(this.#prisma, row);
  }

  async replaceAtSignIn(
    pendingToken: string,
    password: NewPassword,
    sessionToken: string | undefined,
    record: MakeRecord<WaitingSignIn>,
  ): Promise<WaitingSignIn | null> {
    return this.#changes.transaction(async (transaction, write) => {
      // Locks the user before the pending sign-in, as everywhere, so that two transactions cannot deadlock.
      await transaction.$executeRaw`
        SELECT FROM users u JOIN pending_sign_ins p ON p.person_id = u.id
        WHERE p.hash = ${tokenHash("PSI", pendingToken)} FOR UPDATE OF u`;
      const [row] = await transaction.$queryRaw<WaitingRow[]>`
        DELETE FROM pending_sign_ins p USING users u, password_credentials c
        WHERE p.hash = ${tokenHash("PSI", pendingToken)} AND u.id = p.person_id AND c.user_id = p.person_id
          AND ${permitsNewPassword}
          AND (${password.standsAlone} OR has_factor(p.person_id))
        RETURNING p.person_id AS "personId", p.amr, p.long_term AS "longTerm"`;
      if (row === undefined) return null;
      const { personId } = row;
      await replacePassword(transaction, personId, password);
      const kept = sessionToken === undefined ? "" : tokenHash("TGT", sessionToken);
      await transaction.$queryRaw`
        SELECT end_sessions(ARRAY(
          SELECT id FROM sessions
          WHERE user_id = ${personId}::uuid AND ended_at IS NULL AND session_token <> ${kept}
        ), 'password-changed')`;
      const waiting = await waitingFrom(transaction, row);
      await write(record(waiting));
      return waiting;
    });
  }

  async setMustChange(personId: string, hash: string, mustChange: boolean): Promise<void> {
    await this.#prisma.passwordCredential.updateMany({
      where: { userId: personId, hash },
      data: { mustChange },
    });
  }
}

/** Stores the password and voids what was begun with the former one. @returns false: see `writePassword` */
async function replacePassword(
  transaction: PrismaTransaction,
  personId: string,
  password: NewPassword,
): Promise<boolean> {
  if (!(await writePassword(transaction, personId, password))) return false;
  await voidLinks(transaction, personId);
  await transaction.pendingSignIn.deleteMany({ where: { personId } });
  return true;
}

async function waitingFrom(
  prisma: PrismaClient | PrismaTransaction,
  { personId, ...rest }: WaitingRow,
): Promise<WaitingSignIn> {
  return { person: await personOf(prisma, personId), ...rest };
}
