import { createAuthAdapter } from "./auth-adapter.ts";
import type { Person } from "./central-session-store.ts";
import type { MakeRecord, RecordedChanges, WriteRecord } from "./change-record.ts";
import { personColumns, personFrom } from "./person-row.ts";
import type { NewPassword } from "./person-store.ts";
import { jsonText, withoutNul } from "./postgres-input.ts";
import { isUniqueViolation, type PrismaClient, type PrismaTransaction } from "./prisma-client.ts";
import {
  disconnectAllApps,
  endAllSessions,
  isInvited,
  lockPerson,
  personOf,
  storeRecoveryCodes,
  voidLinks,
  writePasskey,
  writePassword,
} from "./prisma-statements.ts";
import { upstreamAccountRow } from "./prisma-upstream-account-store.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash } from "./token-hash.ts";
import type {
  EmailChanged,
  FirstCredential,
  InvitationAccepted,
  LinkPurpose,
  NewEmail,
  PasswordReset,
  SignedUp,
  UsableLink,
  VerificationToken,
  VerificationTokenStore,
  VoidedLinks,
} from "./verification-token-store.ts";

const sweepExpired = sweepStatement("verification_tokens", "expires <= hub_now()");

interface LinkRow {
  readonly identifier: string;
  readonly personId: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Links in PostgreSQL, through Prisma. The database's clock decides which ones can be used. */
export class PostgresVerificationTokenStore implements VerificationTokenStore {
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;

  constructor(prisma: PrismaClient, changes: RecordedChanges) {
    this.#prisma = prisma;
    this.#changes = changes;
  }

  async create(link: Parameters<VerificationTokenStore["create"]>[0]): Promise<void> {
    const hash = tokenHash("VT", link.token);
    const email = withoutNul(link.email.toLowerCase());
    const mailId = link.mailId ?? null;
    await this.#prisma.$transaction([
      // Waits for a transaction that voids the user's links, so that the next statement sees what it left.
      this.#prisma.$executeRaw`SELECT FROM users WHERE id = ${link.personId}::uuid FOR SHARE`,
      this.#prisma.$executeRaw`
        INSERT INTO verification_tokens (identifier, token, expires, purpose, person_id, facts)
        SELECT ${email}, ${hash}, hub_now() + make_interval(secs => ${link.lifeSeconds}), ${link.purpose},
          ${link.personId}::uuid, ${jsonText(link.facts ?? {})}::jsonb
        WHERE ${mailId}::uuid IS NULL OR EXISTS (SELECT FROM mails WHERE id = ${mailId}::uuid)`,
    ]);
  }

  async find(purpose: LinkPurpose, token: string): Promise<VerificationToken | null> {
    const hash = tokenHash("VT", token);
    const [link] = await this.#prisma.$queryRaw<LinkRow[]>`
      SELECT identifier, person_id AS "personId", facts FROM verification_tokens
      WHERE token = ${hash} AND purpose = ${purpose} AND expires > hub_now()`;
    if (link === undefined) return null;
    const { identifier: email, facts } = link;
    if (link.personId === null) return { email, person: null, facts };
    const person = await this.#prisma.user.findUnique({
      where: { id: link.personId, disabledAt: null },
      select: personColumns,
    });
    return person && { email, person: personFrom(person), facts };
  }

  signUp(
    token: string,
    account: Parameters<VerificationTokenStore["signUp"]>[1],
    record: MakeRecord<Person>,
  ): Promise<SignedUp | null> {
    return this.#consume<SignedUp>("sign-up", token, async (transaction, { identifier: email }, write) => {
      const { id, username, name } = account;
      // Skips instead of failing, so that the transaction can look which of the two is taken.
      const [user] = await transaction.user.createManyAndReturn({
        data: { id, username: username.toLowerCase(), name: withoutNul(name), email },
        skipDuplicates: true,
        select: { id: true },
      });
      if (user === undefined) {
        const holder = await transaction.user.findUnique({ where: { email }, select: { id: true } });
        throw new LinkKept({ outcome: holder === null ? "username-taken" : "email-taken" });
      }
      await verifyEmail(transaction, id);
      await writeFirstCredential(transaction, id, account);
      const person = await personOf(transaction, id);
      await write(record(person));
      return { outcome: "created", person };
    });
  }

  acceptInvitation(
    token: string,
    account: Parameters<VerificationTokenStore["acceptInvitation"]>[1],
    record: MakeRecord<Person>,
  ): Promise<InvitationAccepted | null> {
    return this.#consume<InvitationAccepted>("invitation", token, async (transaction, link, write) => {
      const id = userOf(link);
      if (!(await isInvited(transaction, id))) throw new LinkKept(null);
      await verifyMailed(transaction, id, link);
      await writeFirstCredential(transaction, id, account);
      await voidLinks(transaction, id);
      const data = { name: withoutNul(account.name) };
      await transaction.user.update({ where: { id }, data });
      const person = await personOf(transaction, id);
      await write(record(person));
      return { outcome: "accepted", person };
    });
  }

  resetPassword(
    token: string,
    password: NewPassword,
    { disconnectApps, isCurrent }: Parameters<VerificationTokenStore["resetPassword"]>[2],
    record: MakeRecord<PasswordReset>,
  ) {
    type Outcome = PasswordReset | "same-password";
    return this.#consume<Outcome>("password-reset", token, async (transaction, link, write) => {
      const id = userOf(link);
      await verifyMailed(transaction, id, link);
      const current = await transaction.passwordCredential.findUnique({ where: { userId: id } });
      if (current !== null && (await isCurrent?.(current.hash)) === true) throw new LinkKept("same-password");
      if (!(await writePassword(transaction, id, password))) throw new LinkKept(null);
      await voidLinks(transaction, id);
      await transaction.pendingSignIn.deleteMany({ where: { personId: id } });
      const sessionsEnded = (await endAllSessions(transaction, id, "password-changed")).length;
      const disconnected = disconnectApps ? await disconnectAllApps(transaction, id) : null;
      const reset = { person: await personOf(transaction, id), sessionsEnded, disconnected };
      await write(record(reset));
      return reset;
    });
  }

  changeEmail(token: string, record: MakeRecord<NewEmail>): Promise<EmailChanged | null> {
    return this.#consume<EmailChanged>("email-change", token, async (transaction, link, write) => {
      const { identifier: email } = link;
      const id = userOf(link);
      const former = await transaction.user.findUniqueOrThrow({ where: { id } });
      // Mails to the former address too.
      await voidLinks(transaction, id);
      const username = former.username === former.email ? email : former.username;
      try {
        await transaction.user.update({ where: { id }, data: { email, username } });
      } catch (error) {
        throw isUniqueViolation(error) ? new LinkKept({ outcome: "email-taken" }) : error;
      }
      await verifyEmail(transaction, id);
      const changed = { person: await personOf(transaction, id), formerEmail: former.email };
      await write(record(changed));
      return { outcome: "changed", ...changed };
    });
  }

  listUsable(): Promise<readonly UsableLink[]> {
    return this.#prisma.$queryRaw<UsableLink[]>`
      SELECT person_id AS "personId", purpose, max(expires) AS "expiresAt" FROM verification_tokens
      WHERE person_id IS NOT NULL AND expires > hub_now() GROUP BY person_id, purpose ORDER BY purpose`;
  }

  voidAll(personId: string, record: MakeRecord<VoidedLinks>): Promise<VoidedLinks | null> {
    return this.#changes.transaction(async (transaction, write) => {
      if (!(await lockPerson(transaction, personId))) return null;
      const voided = await voidLinks(transaction, personId);
      if (voided.links + voided.mails === 0) return null;
      await write(record(voided));
      return voided;
    });
  }

  sweep(limit: number): Promise<number> {
    return this.#prisma.$executeRawUnsafe(sweepExpired, limit);
  }

  /**
   * One statement decides who uses the link; of concurrent ones, the others wait for its transaction and find no row. The user
   * is locked before: two links of one user, each of which voids the other, would otherwise deadlock.
   */
  async #consume<Result>(
    purpose: LinkPurpose,
    token: string,
    permitted: (transaction: PrismaTransaction, link: LinkRow, write: WriteRecord) => Promise<Result>,
  ): Promise<Result | null> {
    const hash = tokenHash("VT", token);
    try {
      return await this.#changes.transaction(async (transaction, write) => {
        const found = await transaction.verificationToken.findUnique({ where: { token: hash } });
        if (found === null) return null;
        if (found.personId !== null && !(await lockPerson(transaction, found.personId))) return null;
        const [link] = await transaction.$queryRaw<LinkRow[]>`
          DELETE FROM verification_tokens
          WHERE token = ${hash} AND purpose = ${purpose} AND expires > hub_now()
          RETURNING identifier, person_id AS "personId", facts`;
        return link === undefined ? null : await permitted(transaction, link, write);
      });
    } catch (error) {
      if (error instanceof LinkKept) return error.result as Result | null;
      throw error;
    }
  }
}

/** Rolls the transaction back, so that the link stays. */
class LinkKept extends Error {
  override readonly name = "LinkKept";
  readonly result: unknown;

  constructor(result: unknown) {
    super("the link was not consumed");
    this.result = result;
  }
}

/** The user of the link, whose lock the transaction holds. */
function userOf({ personId }: LinkRow): string {
  if (personId === null) throw new LinkKept(null);
  return personId;
}

async function writeFirstCredential(
  transaction: PrismaTransaction,
  personId: string,
  credential: FirstCredential,
): Promise<void> {
  if ("password" in credential) {
    if (await writePassword(transaction, personId, credential.password)) return;
    throw new LinkKept(null);
  }
  if ("upstreamAccount" in credential) {
    const row = upstreamAccountRow({ ...credential.upstreamAccount, personId });
    try {
      await createAuthAdapter(transaction).linkAccount(row);
    } catch (error) {
      throw isUniqueViolation(error) ? new LinkKept({ outcome: "account-taken" }) : error;
    }
    return;
  }
  if (!(await writePasskey(transaction, { ...credential.passkey, personId })))
    throw new LinkKept({ outcome: "passkey-taken" });
  await storeRecoveryCodes(transaction, personId, credential.recoveryCodes);
}

async function verifyEmail(transaction: PrismaTransaction, id: string): Promise<void> {
  await transaction.$executeRaw`UPDATE users SET email_verified = hub_now() WHERE id = ${id}::uuid`;
}

/**
 * A link that an operator handed over proves nothing about the address. A mailed one permits nothing once the user has another
 * address: whoever reads the mail of the former one may be somebody else.
 */
async function verifyMailed(
  transaction: PrismaTransaction,
  id: string,
  { identifier, facts }: LinkRow,
): Promise<void> {
  if (facts.mailed !== true) return;
  const verified = await transaction.$executeRaw`
    UPDATE users SET email_verified = hub_now() WHERE id = ${id}::uuid AND email = ${identifier}`;
  if (verified !== 1) throw new LinkKept(null);
}
