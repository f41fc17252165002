import type { Pool } from "./postgres-connection.ts";
import type { RefreshExchange, RefreshExchangeStore } from "./refresh-exchange-store.ts";
import { tokenHash } from "./token-hash.ts";

/**
 * One statement decides. A concurrent caller that waited for the row still sees the old one and gets `under-way`. A deleted
 * answer is the empty text; NULL means that no answer was stored.
 */
const begin = `
  WITH begun AS (
    UPDATE oidc_artifacts SET consumed_at = hub_now()
    WHERE hash = $1 AND answer IS NULL
      AND (consumed_at IS NULL OR consumed_at <= hub_now() - interval '2 seconds')
    RETURNING consumed_at
  )
  SELECT 'begun' AS state, consumed_at, NULL AS answer FROM begun
  UNION ALL
  SELECT CASE
      WHEN answer IS NULL THEN 'under-way'
      WHEN answer <> '' AND consumed_at > hub_now() - interval '10 seconds' THEN 'answered'
      ELSE 'consumed'
    END, consumed_at, answer
  FROM oidc_artifacts WHERE hash = $1 AND NOT EXISTS (SELECT FROM begun)`;

const finish = `
  UPDATE oidc_artifacts SET answer = $3 WHERE hash = $1 AND consumed_at = $2 AND answer IS NULL`;

/** Selects by `ctid`, as `sweepStatement`. */
const sweepAnswers = `
  UPDATE oidc_artifacts SET answer = '' WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM oidc_artifacts WHERE answer <> '' AND consumed_at <= hub_now() - interval '10 seconds'
    LIMIT $1 FOR UPDATE SKIP LOCKED
  ))`;

interface ExchangeRow {
  readonly state: RefreshExchange["state"];
  readonly consumed_at: Date;
  readonly answer: string;
}

/** Exchanges of refresh tokens in PostgreSQL, in the rows of the tokens. */
export class PostgresRefreshExchangeStore implements RefreshExchangeStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async begin(refreshToken: string): Promise<RefreshExchange> {
    const values = [hashOf(refreshToken)];
    const { rows } = await this.#pool.query<ExchangeRow>({ name: "refresh-begin", text: begin, values });
    const [row] = rows;
    if (row?.state === "begun") return { state: "begun", at: row.consumed_at };
    if (row?.state === "answered") return { state: "answered", answer: row.answer };
    return { state: row?.state ?? "consumed" };
  }

  async finish(refreshToken: string, at: Date, answer: string): Promise<boolean> {
    const values = [hashOf(refreshToken), at, answer];
    const { rowCount } = await this.#pool.query({ name: "refresh-finish", text: finish, values });
    return rowCount === 1;
  }

  async sweep(limit: number): Promise<number> {
    const values = [limit];
    const { rowCount } = await this.#pool.query({ name: "refresh-sweep", text: sweepAnswers, values });
    return rowCount ?? 0;
  }
}

function hashOf(refreshToken: string): string {
  return tokenHash("oidc:RefreshToken", refreshToken);
}
