import { type CentralSessionRow, centralSessionColumns, centralSessionFrom } from "./central-session-row.ts";
import type { CentralSession } from "./central-session-store.ts";
import type { RecordedChanges } from "./change-record.ts";
import type { BegunSignIn, FactorProof, PendingSignIn, PendingSignInStore } from "./pending-sign-in-store.ts";
import { type PersonRow, personFrom, personSelection } from "./person-row.ts";
import type { SessionLife } from "./postgres-central-session-store.ts";
import { withoutNul } from "./postgres-input.ts";
import { type PrismaClient, type Sql, sql, sqlText } from "./prisma-client.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash } from "./token-hash.ts";

/**
 * A row `p` of a user `u` that still permits something. A change of the password voids what was proved with the former
 * one. A sign-in with another provider may be older than the password, and proves nothing about it.
 */
const isValid = sql`p.expires_at > hub_now() AND u.disabled_at IS NULL AND NOT ('pwd' = ANY (p.amr) AND EXISTS (
    SELECT FROM password_credentials c WHERE c.user_id = p.person_id AND c.changed_at > p.proved_at
  ))`;

/** The user must change the password that was proved: the row permits only that (`prisma-password-store.ts`), no session. */
const mustChangePassword = sql`('pwd' = ANY (p.amr) AND EXISTS (
    SELECT FROM password_credentials c WHERE c.user_id = p.person_id AND c.must_change
  ))`;

const sweepExpired = sweepStatement("pending_sign_ins", "expires_at <= hub_now()");

type FoundRow = PersonRow & Omit<PendingSignIn, "person">;

/** Pending sign-ins through Prisma; the database's clock and single statements decide. */
export class PrismaPendingSignInStore implements PendingSignInStore {
  readonly #prisma: PrismaClient;
  readonly #changes: RecordedChanges;
  readonly #life: SessionLife;

  constructor(prisma: PrismaClient, changes: RecordedChanges, life: SessionLife) {
    this.#prisma = prisma;
    this.#changes = changes;
    this.#life = life;
  }

  async create(pending: Parameters<PendingSignInStore["create"]>[0]): Promise<boolean> {
    const {
      token,
      personId,
      amr,
      longTerm,
      provedSecondsAgo,
      lifeSeconds,
      passwordHash = null,
      upstreamAccount: { provider, id: accountId } = { provider: null, id: null },
      record,
    } = pending;
    return this.#changes.transaction(async (transaction, write) => {
      // A statement of its own: the next one sees the password that a change left for which this one waited.
      await transaction.$executeRaw`SELECT FROM users WHERE id = ${personId}::uuid FOR KEY SHARE`;
      const created = await transaction.$executeRaw`
        INSERT INTO pending_sign_ins (hash, person_id, amr, long_term, proved_at, expires_at)
        SELECT ${tokenHash("PSI", token)}, u.id, ${[...amr]}::text[], ${longTerm},
          hub_now() - make_interval(secs => ${provedSecondsAgo}::float8),
          hub_now() + make_interval(secs => ${lifeSeconds}::float8)
        FROM users u WHERE u.id = ${personId}::uuid AND u.disabled_at IS NULL
          AND (${passwordHash}::text IS NULL OR EXISTS (
            SELECT FROM password_credentials c WHERE c.user_id = u.id AND c.hash = ${passwordHash}::text
          ))
          AND (${provider}::text IS NULL OR EXISTS (
            SELECT FROM accounts a WHERE a.user_id = u.id AND a.provider = ${provider}::text
              AND a.provider_account_id = ${accountId}::text
          ))`;
      if (created === 1 && record !== undefined) await write(record);
      return created === 1;
    });
  }

  async find(token: string): Promise<PendingSignIn | null> {
    const [row] = await this.#prisma.$queryRaw<FoundRow[]>`
      SELECT p.amr, p.long_term AS "longTerm", ${mustChangePassword} AS "mustChange", ${sqlText(personSelection)}
      FROM pending_sign_ins p JOIN users u ON u.id = p.person_id
      WHERE p.hash = ${tokenHash("PSI", token)} AND ${isValid}`;
    if (row === undefined) return null;
    const { amr, longTerm, mustChange } = row;
    return { person: personFrom(row), amr, longTerm, mustChange };
  }

  async complete(complete: Parameters<PendingSignInStore["complete"]>[0]): Promise<CentralSession | null> {
    const { personId, askBefore, amr } = complete;
    const userAgent = withoutNul(complete.userAgent).slice(0, 500);
    const address = withoutNul(complete.address).slice(0, 100);
    const previous = complete.previousToken;
    const { idleSeconds, maxSeconds, longTermSeconds } = this.#life;
    const statement = sql`
      WITH locked AS (SELECT id FROM users WHERE id = ${personId}::uuid FOR KEY SHARE),
        proof AS (${consumedProof(complete.proof)}), begun AS (${consumedBeginning(complete.from)})
      SELECT ${sqlText(centralSessionColumns)}
      FROM begun b, LATERAL start_session(b.person_id, ${tokenHash("TGT", complete.token)},
        ${previous === undefined ? null : tokenHash("TGT", previous)}, ${userAgent}, ${address}, b.long_term,
        ${askBefore},
        make_interval(secs => CASE WHEN b.long_term THEN ${longTermSeconds ?? idleSeconds}::float8
          ELSE ${idleSeconds}::float8 END),
        coalesce(b.expires - hub_now(), make_interval(secs =>
          CASE WHEN b.long_term THEN ${longTermSeconds ?? maxSeconds}::float8 ELSE ${maxSeconds}::float8 END)),
        hub_now() - b.proved_at, ${[...amr]}::text[]) s
      JOIN users u ON u.id = s.user_id`;
    const [row] = await this.#consume<CentralSessionRow>(statement, complete.proof);
    return row === undefined ? null : centralSessionFrom(row);
  }

  async addFactor(prove: Parameters<PendingSignInStore["addFactor"]>[0]): Promise<boolean> {
    const statement = sql`
      WITH locked AS (SELECT id FROM users WHERE id = ${prove.personId}::uuid FOR KEY SHARE),
        proof AS (${consumedProof(prove.proof)})
      UPDATE pending_sign_ins p SET amr = ${[...prove.amr]}::text[] FROM proof, users u
      WHERE p.hash = ${tokenHash("PSI", prove.pendingToken)} AND p.person_id = proof.person_id
        AND u.id = p.person_id AND ${isValid} AND ${mustChangePassword}
      RETURNING p.person_id`;
    return (await this.#consume(statement, prove.proof)).length === 1;
  }

  /**
   * Runs a statement that consumes a proof, and rolls it back if it returns no row: a code is not used up by a sign-in that is
   * void. A recovery code is a credential, so its use leaves a record.
   */
  async #consume<Row>(statement: Sql, proof: FactorProof): Promise<Row[]> {
    if (proof.kind === "consumed") return this.#prisma.$queryRaw<Row[]>(statement);
    try {
      return await this.#changes.transaction(async (transaction, write) => {
        const rows = await transaction.$queryRaw<Row[]>(statement);
        if (rows.length === 0) throw new ProofKept();
        if (proof.kind === "recovery-code") await write(proof.record());
        return rows;
      });
    } catch (error) {
      if (error instanceof ProofKept) return [];
      throw error;
    }
  }

  async remove(token: string): Promise<void> {
    await this.#prisma.pendingSignIn.deleteMany({ where: { hash: tokenHash("PSI", token) } });
  }

  async sweep(limit: number): Promise<number> {
    return this.#prisma.$executeRawUnsafe(sweepExpired, limit);
  }
}

/** Rolls the transaction back, so that the proof stays. */
class ProofKept extends Error {
  override readonly name = "ProofKept";
}

/** Joins the locked user: a change of the password locks the user first as well, so that the two cannot deadlock. */
function consumedProof(proof: FactorProof): Sql {
  switch (proof.kind) {
    case "code":
      return sql`UPDATE totp_factors f SET last_step = ${proof.step}::bigint FROM locked
        WHERE f.person_id = locked.id AND last_step < ${proof.step}::bigint AND sealed = ${proof.sealed}
        RETURNING f.person_id`;
    case "recovery-code":
      return sql`DELETE FROM recovery_codes r USING locked
        WHERE r.hash = ${tokenHash("RC", proof.code)} AND r.person_id = locked.id RETURNING r.person_id`;
    case "consumed":
      return sql`SELECT id AS person_id FROM locked`;
  }
}

/**
 * Joins the proof, so that nothing begun by another user is consumed, and nothing at all without a proof. A session gives
 * its own end to the stronger one: a factor alone prolongs no sign-in.
 */
function consumedBeginning(from: BegunSignIn): Sql {
  if ("pendingToken" in from)
    return sql`DELETE FROM pending_sign_ins p USING proof, users u
      WHERE p.hash = ${tokenHash("PSI", from.pendingToken)} AND p.person_id = proof.person_id
        AND u.id = p.person_id AND ${isValid} AND NOT ${mustChangePassword}
      RETURNING p.person_id, p.long_term, p.proved_at, NULL::timestamptz AS expires`;
  return sql`SELECT s.user_id AS person_id, s.long_term, s.authenticated_at AS proved_at, s.expires
    FROM sessions s JOIN users u ON u.id = s.user_id JOIN proof ON proof.person_id = s.user_id
    WHERE s.session_token = ${tokenHash("TGT", from.sessionToken)} AND s.ended_at IS NULL
      AND session_end_reason(s, u.disabled_at) IS NULL
    FOR UPDATE OF s`;
}
