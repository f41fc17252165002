import { auditRow } from "./audit-row.ts";
import type { FactorStore, Factors, FactorsRemoved, RemovalFault } from "./factor-store.ts";
import { mailRow } from "./postgres-mail-store.ts";
import { type PrismaClient, type PrismaTransaction, sql } from "./prisma-client.ts";
import { endAllSessions, storeRecoveryCodes } from "./prisma-statements.ts";

/** Serialises changes of one user's factors, so that two removals at once cannot remove the last factor. */
const lockPerson = (personId: string) => sql`
  SELECT FROM users WHERE id = ${personId}::uuid AND disabled_at IS NULL FOR NO KEY UPDATE`;

/** One-time codes and recovery codes through Prisma. */
export class PrismaFactorStore implements FactorStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async of(personId: string): Promise<Factors> {
    const user = await this.#prisma.user.findUnique({
      where: { id: personId },
      select: {
        totpFactor: { select: { createdAt: true } },
        _count: { select: { passkeys: true, recoveryCodes: true } },
      },
    });
    return {
      codesSince: user?.totpFactor?.createdAt ?? null,
      passkeys: user?._count.passkeys ?? 0,
      recoveryCodes: user?._count.recoveryCodes ?? 0,
    };
  }

  async sealedSecretOf(personId: string): Promise<string | null> {
    const factor = await this.#prisma.totpFactor.findUnique({
      where: { personId },
      select: { sealed: true },
    });
    return factor?.sealed ?? null;
  }

  async turnOnCodes(factor: Parameters<FactorStore["turnOnCodes"]>[0]) {
    const { personId, sealed, step, recoveryCodes, asFirstFactor = false } = factor;
    return this.#prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw(lockPerson(personId));
      if (asFirstFactor && (await transaction.passkey.count({ where: { personId } })) > 0) return null;
      const made = await transaction.$executeRaw`
        INSERT INTO totp_factors (person_id, sealed, last_step)
        SELECT id, ${sealed}, ${step}::bigint FROM users WHERE id = ${personId}::uuid AND disabled_at IS NULL
        ON CONFLICT (person_id) DO NOTHING`;
      if (made !== 1) return null;
      return { recoveryCodesStored: await addFirst(transaction, personId, recoveryCodes) };
    });
  }

  async turnOffCodes(
    personId: string,
    { operatorsNeedFactor }: { readonly operatorsNeedFactor: boolean },
  ): Promise<RemovalFault | null> {
    return this.#prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw(lockPerson(personId));
      const user = await transaction.user.findUnique({
        where: { id: personId },
        select: {
          operator: true,
          password: { select: { standsAlone: true } },
          totpFactor: { select: { personId: true } },
          _count: { select: { passkeys: true } },
        },
      });
      if (!user?.totpFactor) return "none";
      if (user._count.passkeys === 0) {
        if (user.operator && operatorsNeedFactor) return "operator-needs-one";
        if (user.password !== null && !user.password.standsAlone) return "password-too-short";
        await transaction.recoveryCode.deleteMany({ where: { personId } });
      }
      await transaction.totpFactor.delete({ where: { personId } });
      return null;
    });
  }

  async removeAll(
    personId: string,
    { event, mail }: Parameters<FactorStore["removeAll"]>[1],
  ): Promise<FactorsRemoved | null> {
    return this.#prisma.$transaction(async (transaction) => {
      const of = { where: { personId } };
      // The stronger lock: no session starts until the others have ended.
      const locked = await transaction.$executeRaw`
        SELECT FROM users WHERE id = ${personId}::uuid AND disabled_at IS NULL FOR UPDATE`;
      if (locked !== 1) return null;
      const codes = (await transaction.totpFactor.deleteMany(of)).count === 1;
      const passkeys = (await transaction.passkey.deleteMany(of)).count;
      if (!codes && passkeys === 0) return null;
      const recoveryCodes = (await transaction.recoveryCode.deleteMany(of)).count;
      await transaction.pendingSignIn.deleteMany(of);
      const sessionsEnded = await endAllSessions(transaction, personId, "ended-by-operator", event.actor);
      const password = await demandLongPassword(transaction, personId);
      const removed = { codes, passkeys, recoveryCodes, sessionsEnded, password };
      const facts = { ...event.facts, ...removed };
      await transaction.auditEvent.createMany({ data: auditRow({ ...event, facts }) });
      await transaction.mail.createMany({ data: mailRow(mail) });
      return removed;
    });
  }

  async addFirstRecoveryCodes(personId: string, codes: readonly string[]): Promise<boolean> {
    return this.#prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw(lockPerson(personId));
      return addFirst(transaction, personId, codes);
    });
  }

  async replaceRecoveryCodes(personId: string, codes: readonly string[]): Promise<void> {
    await this.#prisma.$transaction(async (transaction) => {
      await transaction.$queryRaw(lockPerson(personId));
      await transaction.recoveryCode.deleteMany({ where: { personId } });
      await storeRecoveryCodes(transaction, personId, codes);
    });
  }
}

type Transaction = Pick<PrismaTransaction, "recoveryCode" | "$executeRaw">;

/** The lock on the user is held, so nobody adds others meanwhile. */
async function addFirst(
  transaction: Transaction,
  personId: string,
  codes: readonly string[],
): Promise<boolean> {
  if ((await transaction.recoveryCode.count({ where: { personId } })) > 0) return false;
  await storeRecoveryCodes(transaction, personId, codes);
  return true;
}

/** A password that was long enough only beside a factor must be changed before it signs in alone. */
async function demandLongPassword(
  transaction: PrismaTransaction,
  userId: string,
): Promise<FactorsRemoved["password"]> {
  const password = await transaction.passwordCredential.findUnique({ where: { userId } });
  if (password === null) return "none";
  if (password.standsAlone) return "stands-alone";
  await transaction.passwordCredential.update({ where: { userId }, data: { mustChange: true } });
  return "too-short";
}
