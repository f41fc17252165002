import { type CentralSessionRow, centralSessionColumns } from "./central-session-row.ts";
import type { Pool } from "./postgres-connection.ts";

/** Valid artifacts with their grant, session and user, which callers need as well. */
export const findLivingArtifacts = `
  SELECT a.hash, a.payload, a.consumed_at, a.created_at, g.payload AS grant_payload,
    s.id IS NOT NULL AS has_session, ${centralSessionColumns}
  FROM oidc_artifacts a
  LEFT JOIN oidc_artifacts g ON g.hash = a.grant_hash AND g.expires_at > hub_now()
  LEFT JOIN sessions s ON s.id = a.session_id AND session_end_reason(s, NULL) IS NULL
    AND (a.person_id IS NULL OR a.person_id = s.user_id)
  LEFT JOIN users u ON u.id = coalesce(a.person_id, s.user_id)
  WHERE a.expires_at > hub_now() AND (a.grant_hash IS NULL OR g.hash IS NOT NULL) AND u.disabled_at IS NULL
    AND (s.id IS NOT NULL OR a.payload->>'sessionUid' IS NULL
      OR a.payload->>'expiresWithSession' IS DISTINCT FROM 'true')`;

/** One statement per batch size, because PostgreSQL reuses the plan of an `IN` list and not that of an array. */
const findBySize = [1, 3, 8, 24].map((size) => ({
  name: `oidc-find-${size}`,
  text: `${findLivingArtifacts} AND a.hash IN (${Array.from({ length: size }, (_, index) => `$${index + 1}`).join(", ")})`,
  size,
}));

const most = 24;

export interface ArtifactRow extends CentralSessionRow {
  readonly hash: string;
  readonly payload: Record<string, unknown>;
  readonly consumed_at: Date | null;
  readonly created_at: Date;
  readonly grant_payload: Record<string, unknown> | null;
  readonly has_session: boolean;
}

interface Asked {
  readonly hash: string;
  readonly answer: PromiseWithResolvers<ArtifactRow | undefined>;
}

/**
 * Reads artifacts by hash. All reads of one turn of the event loop become one statement, because under load sending and
 * receiving is most of the cost. Nothing is cached.
 */
export class ArtifactReads {
  readonly #pool: Pool;
  #asked: Asked[] = [];

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** @returns a row of the caller's own, since oidc-provider writes into payloads */
  find(hash: string): Promise<ArtifactRow | undefined> {
    const answer = Promise.withResolvers<ArtifactRow | undefined>();
    if (this.#asked.length === 0) setImmediate(() => this.#send());
    this.#asked.push({ hash, answer });
    return answer.promise;
  }

  #send(): void {
    const asked = this.#asked;
    this.#asked = [];
    for (let from = 0; from < asked.length; from += most) void this.#run(asked.slice(from, from + most));
  }

  async #run(batch: readonly Asked[]): Promise<void> {
    try {
      const rows = await this.#query(batch.map(({ hash }) => hash));
      const taken = new Set<ArtifactRow>();
      for (const { hash, answer } of batch) {
        const row = rows.find((one) => one.hash === hash);
        answer.resolve(row && taken.has(row) ? structuredClone(row) : row);
        if (row) taken.add(row);
      }
    } catch (error) {
      for (const { answer } of batch) answer.reject(error);
    }
  }

  async #query(hashes: readonly string[]): Promise<readonly ArtifactRow[]> {
    const statement = findBySize.find(({ size }) => size >= hashes.length);
    if (statement === undefined) throw new RangeError("a batch is larger than every statement");
    const { name, text, size } = statement;
    const values = [...hashes, ...Array<null>(size - hashes.length).fill(null)];
    return (await this.#pool.query<ArtifactRow>({ name, text, values })).rows;
  }
}
