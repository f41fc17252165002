/** Statements that several stores run through Prisma. */

import type { AuditActor } from "./audit-event-store.ts";
import type { EndReason, Person } from "./central-session-store.ts";
import type { DisconnectedApps } from "./disconnected-apps.ts";
import type { NewPasskey } from "./passkey-store.ts";
import { personColumns, personFrom } from "./person-row.ts";
import type { NewPassword } from "./person-store.ts";
import { isUuid, jsonText, withoutNul } from "./postgres-input.ts";
import type { PrismaClient, PrismaTransaction } from "./prisma-client.ts";
import { tokenHash } from "./token-hash.ts";
import type { VoidedLinks } from "./verification-token-store.ts";

/**
 * Serialises changes of a user. The lock conflicts with that of `start_session` and of foreign keys, so no session starts and
 * no pending sign-in is made until the end of the transaction. Taken before the locks of other rows, so that no two
 * transactions deadlock.
 *
 * @returns false if the user is disabled or removed
 */
export async function lockPerson(transaction: PrismaTransaction, personId: string): Promise<boolean> {
  if (!isUuid(personId)) return false;
  const locked = await transaction.$executeRaw`
    SELECT FROM users WHERE id = ${personId}::uuid AND disabled_at IS NULL FOR UPDATE`;
  return locked === 1;
}

export async function personOf(prisma: PrismaClient | PrismaTransaction, id: string): Promise<Person> {
  return personFrom(await prisma.user.findUniqueOrThrow({ where: { id }, select: personColumns }));
}

/** Whether an invitation is for the user (`PersonStore.isInvited`). */
export async function isInvited(
  prisma: PrismaClient | PrismaTransaction,
  personId: string,
): Promise<boolean> {
  const [row] = await prisma.$queryRaw<{ is: boolean }[]>`SELECT is_invited(${personId}::uuid) AS "is"`;
  return row?.is === true;
}

/**
 * Stores a password that the user chose, and makes all known browsers unknown. The statement decides whether a password that is
 * too short to be the only factor has another beside it; the caller has locked the user, so none is removed meanwhile.
 *
 * @returns false: it needs a factor, and the user has none
 */
export async function writePassword(
  prisma: PrismaTransaction,
  personId: string,
  { hash, standsAlone }: NewPassword,
): Promise<boolean> {
  const stored = await prisma.$executeRaw`
    WITH stored AS (
      INSERT INTO password_credentials (user_id, hash, stands_alone)
      SELECT id, ${hash}, ${standsAlone} FROM users WHERE id = ${personId}::uuid AND (${standsAlone} OR has_factor(id))
      ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, stands_alone = excluded.stands_alone,
        must_change = false, changed_at = hub_now()
      RETURNING user_id
    )
    UPDATE users SET known_browsers_version = known_browsers_version + 1 FROM stored WHERE id = stored.user_id`;
  return stored === 1;
}

/** Stores a passkey. @returns false: its credential id is registered already */
export async function writePasskey(transaction: PrismaTransaction, passkey: NewPasskey): Promise<boolean> {
  const { count } = await transaction.passkey.createMany({
    data: {
      ...passkey,
      name: withoutNul(passkey.name),
      transports: passkey.transports.map(withoutNul),
    },
    skipDuplicates: true,
  });
  return count === 1;
}

/**
 * Stores recovery codes unless the user has some. The caller has locked the user, so no other transaction adds codes meanwhile.
 *
 * @returns whether they were stored
 */
export async function storeFirstRecoveryCodes(
  transaction: PrismaTransaction,
  personId: string,
  codes: readonly string[],
): Promise<boolean> {
  if (codes.length === 0 || (await transaction.recoveryCode.count({ where: { personId } })) > 0) return false;
  await storeRecoveryCodes(transaction, personId, codes);
  return true;
}

/** Stores recovery codes as hashes. The database's clock gives the time. */
export async function storeRecoveryCodes(
  transaction: PrismaTransaction,
  personId: string,
  codes: readonly string[],
): Promise<void> {
  const hashes = codes.map((code) => tokenHash("RC", code));
  await transaction.$executeRaw`
    INSERT INTO recovery_codes (hash, person_id) SELECT unnest(${hashes}::text[]), ${personId}::uuid`;
}

/**
 * Ends all sessions of a user, and queues a logout for each site.
 *
 * @param options.by actor of the events
 * @param options.exceptSessionId session that stays
 * @returns ids of the ended sessions
 */
export async function endAllSessions(
  prisma: PrismaTransaction,
  personId: string,
  reason: EndReason,
  { by, exceptSessionId }: { readonly by?: AuditActor; readonly exceptSessionId?: string | undefined } = {},
): Promise<readonly string[]> {
  const actor = by === undefined ? null : actorText(by);
  const kept = exceptSessionId ?? null;
  const ended = await prisma.$queryRaw<{ readonly id: string }[]>`
    SELECT end_sessions(ARRAY(
      SELECT id FROM sessions
      WHERE user_id = ${personId}::uuid AND ended_at IS NULL AND id IS DISTINCT FROM ${kept}::uuid
    ), ${reason}, ${actor}::jsonb) AS id`;
  return ended.map(({ id }) => id);
}

export function actorText(actor: AuditActor): string {
  return jsonText({
    ...actor,
    address: actor.address?.slice(0, 100),
    userAgent: actor.userAgent?.slice(0, 500),
  });
}

/**
 * Voids all links of a user, and the mails that would make further ones when they are sent. The caller has locked the user.
 * The mails go first: a link of one of them that is being sent is either there to be voided, or is not made.
 */
export async function voidLinks(transaction: PrismaTransaction, personId: string): Promise<VoidedLinks> {
  const mails = await transaction.$executeRaw`
    DELETE FROM mails m USING users u
    WHERE u.id = ${personId}::uuid AND m.state = 'pending' AND (
      m.person_id = u.id AND m.kind IN ('invitation', 'email-change')
      OR m.recipient IN (u.email, u.username) AND m.kind IN ('password-reset', 'sign-up')
    )`;
  const { count: links } = await transaction.verificationToken.deleteMany({ where: { personId } });
  return { links, mails };
}

/**
 * Voids links and pending sign-ins, and makes known browsers unknown: a stranger who had a session may have requested them. The
 * caller has locked the user.
 */
export async function distrustEarlierAccess(transaction: PrismaTransaction, personId: string): Promise<void> {
  await voidLinks(transaction, personId);
  await transaction.pendingSignIn.deleteMany({ where: { personId } });
  await transaction.user.update({
    where: { id: personId },
    data: { knownBrowsersVersion: { increment: 1 } },
  });
}

/**
 * What goes when users remove their own last factor: recovery codes, which replace a factor, and links and pending sign-ins, which
 * the factor kept from opening the account. The caller has locked the user.
 */
export async function endTwoSteps(transaction: PrismaTransaction, personId: string): Promise<void> {
  await transaction.recoveryCode.deleteMany({ where: { personId } });
  await voidLinks(transaction, personId);
  await transaction.pendingSignIn.deleteMany({ where: { personId } });
}

/** Revokes app passwords and connected apps. Grants last, as in the consent store, so that the two cannot deadlock. */
export async function disconnectAllApps(
  transaction: PrismaTransaction,
  personId: string,
): Promise<DisconnectedApps> {
  const appPasswords = await transaction.$queryRaw<{ readonly name: string }[]>`
    DELETE FROM app_passwords WHERE person_id = ${personId}::uuid RETURNING name`;
  const consents = await transaction.$queryRaw<{ readonly id: string }[]>`
    DELETE FROM consents WHERE person_id = ${personId}::uuid RETURNING client_id AS id`;
  await transaction.oidcArtifact.deleteMany({ where: { personId, kind: { not: "Grant" } } });
  const grants = await transaction.$queryRaw<{ readonly id: string }[]>`
    DELETE FROM oidc_artifacts WHERE person_id = ${personId}::uuid AND kind = 'Grant' RETURNING client_id AS id`;
  return {
    sites: [...new Set([...consents, ...grants].map(({ id }) => id))],
    appPasswords: appPasswords.map(({ name }) => name),
  };
}
