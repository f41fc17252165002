import type { Pool } from "./postgres-connection.ts";
import type { SigningKey, SigningKeyStore } from "./signing-key-store.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { inTransaction } from "./transaction.ts";

/** One row without a key if there is none, for the time. */
const listKeys = `
  SELECT kid, algorithm, sealed, signs_from, published_until, now,
         published_until IS NOT NULL AND published_until <= now AS retired
  FROM (SELECT hub_now() AS now) clock LEFT JOIN signing_keys ON true
  ORDER BY (signs_from <= now) DESC, signs_from DESC, kid`;

const addKey = `
  WITH added AS (
    INSERT INTO signing_keys (kid, algorithm, sealed, signs_from)
    SELECT $1, $2, $3, hub_now() + make_interval(secs => $4)
    WHERE NOT EXISTS (
      SELECT FROM signing_keys WHERE algorithm = $2 AND created_at > hub_now() - make_interval(secs => $6)
    )
    RETURNING algorithm, signs_from
  ), outgoing AS (
    UPDATE signing_keys k SET published_until = added.signs_from + make_interval(secs => $5)
    FROM added WHERE k.algorithm = added.algorithm AND k.published_until IS NULL AND k.kid <> $1
  )
  SELECT 1 FROM added`;

const sweepKeys = sweepStatement("signing_keys", "published_until < hub_now() - interval '400 days'");

interface KeyRow {
  readonly kid: string;
  readonly algorithm: string;
  readonly sealed: string;
  readonly signs_from: Date;
  readonly published_until: Date | null;
  readonly retired: boolean;
}

type ListedRow = { readonly now: Date } & (KeyRow | { readonly kid: null });

/** Signing keys in PostgreSQL. */
export class PostgresSigningKeyStore implements SigningKeyStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async list(): ReturnType<SigningKeyStore["list"]> {
    const { rows } = await this.#pool.query<ListedRow>(listKeys);
    const keys = rows.filter((row) => row.kid !== null);
    return {
      now: (rows[0] as ListedRow).now,
      keys: keys.filter(({ retired }) => !retired).map(readRow),
      retired: keys.filter(({ retired }) => retired).map(readRow),
    };
  }

  async add(key: Parameters<SigningKeyStore["add"]>[0]): Promise<boolean> {
    return inTransaction(this.#pool, async (client) => {
      // In a statement of its own: what the next one sees has to be of after the wait.
      await client.query("SELECT pg_advisory_xact_lock(hashtext('gatehouse:signing-keys'))");
      const { rowCount } = await client.query(addKey, [
        key.kid,
        key.algorithm,
        key.sealed,
        key.waitSeconds,
        key.overlapSeconds,
        key.unlessNewerThanSeconds,
      ]);
      return rowCount === 1;
    });
  }

  async reseal(kid: string, sealed: string): Promise<void> {
    await this.#pool.query("UPDATE signing_keys SET sealed = $2 WHERE kid = $1", [kid, sealed]);
  }

  async sweep(limit: number): Promise<number> {
    return (await this.#pool.query(sweepKeys, [limit])).rowCount ?? 0;
  }
}

function readRow({ kid, algorithm, sealed, signs_from, published_until }: KeyRow): SigningKey {
  return { kid, algorithm, sealed, signsFrom: signs_from, publishedUntil: published_until };
}
