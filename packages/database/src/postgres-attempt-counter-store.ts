import type {
  AttemptCounter,
  AttemptCounterStore,
  AttemptLimit,
  CountedAttempt,
} from "./attempt-counter-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { sweepStatement } from "./sweep-statement.ts";

/**
 * Commits without waiting for the disk: a database that is killed forgets the attempts of its last half second. Waiting would
 * take several times as long as the decision (docs/decisions/0037).
 */
const unsynced = "unsynced AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))";

const countAttempt = `
  WITH ${unsynced}
  SELECT counter, counted, wait FROM unsynced, count_attempt($1, $2, $3, $4)`;

/** Locks rows in the order of their keys, as `count_attempt` does. */
const takeBack = `
  WITH ${unsynced}, locked AS (
    SELECT c.key FROM unsynced, attempt_counters c WHERE c.key = ANY ($1::text[] || $2::text[])
    ORDER BY c.key FOR UPDATE OF c
  ), forgotten AS (
    DELETE FROM attempt_counters c USING locked WHERE c.key = locked.key AND c.key = ANY ($1)
  )
  UPDATE attempt_counters c SET attempts = greatest(0, c.attempts - 1), blocked_until = NULL
  FROM locked WHERE c.key = locked.key AND c.key = ANY ($2)`;

const sweepCounters = sweepStatement(
  "attempt_counters",
  "forgotten_at < statement_timestamp() - interval '1 hour'",
);

/** Rows of hubs of earlier versions, which are not there to sweep them once the upgrade is complete. */
const sweepEarlierVersions = sweepStatement(
  "rate_limits",
  "expire < (1000 * extract(epoch FROM statement_timestamp() - interval '1 hour'))::bigint",
);

/** Counters in PostgreSQL; the function `count_attempt` decides. */
export class PostgresAttemptCounterStore implements AttemptCounterStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async count(counters: readonly AttemptCounter[]): Promise<readonly CountedAttempt[]> {
    const ordered = counters.toSorted((one, other) => (one.key < other.key ? -1 : 1));
    const limits = ordered.map(({ limit }) => columnsOf(limit));
    const values = [
      ordered.map(({ key }) => key),
      limits.map(({ free }) => free),
      limits.map(({ longestWait }) => longestWait),
      limits.map(({ life }) => life),
    ];
    const { rows } = await this.#pool.query<{ counter: string; counted: number; wait: number }>({
      name: "attempt-count",
      text: countAttempt,
      values,
    });
    const found = new Map(rows.map((row) => [row.counter, row]));
    return counters.map(({ key }) => {
      const { counted, wait } = found.get(key) ?? { counted: 0, wait: 0 };
      return { attempts: counted, wait: Math.ceil(wait) };
    });
  }

  async takeBack({ forget, giveBack = [] }: Parameters<AttemptCounterStore["takeBack"]>[0]): Promise<void> {
    await this.#pool.query({ name: "attempt-take-back", text: takeBack, values: [forget, giveBack] });
  }

  async sweep(limit: number): Promise<number> {
    let swept = 0;
    for (const statement of [sweepCounters, sweepEarlierVersions])
      swept += (await this.#pool.query(statement, [limit])).rowCount ?? 0;
    return swept;
  }
}

function columnsOf(limit: AttemptLimit) {
  return "most" in limit
    ? { free: limit.most, longestWait: null, life: limit.within }
    : { free: limit.free, longestWait: limit.longestWait, life: limit.forgottenAfter };
}
