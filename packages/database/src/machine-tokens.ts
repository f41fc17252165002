import type { Pool } from "./postgres-connection.ts";
import { jsonText } from "./postgres-input.ts";

/** Without waiting for the disk: see `MachineTokens`. The setting holds for this statement's own transaction. */
const insertTokens = `
  WITH unsynced AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
  INSERT INTO oidc_artifacts (hash, kind, payload, client_id, expires_at)
  SELECT hash, kind, payload, client_id, hub_now() + make_interval(secs => life_seconds)
  FROM unsynced, jsonb_to_recordset($1::jsonb) AS new (hash text, kind text, payload jsonb, client_id text,
    life_seconds float8)`;

interface MachineToken {
  readonly hash: string;
  readonly kind: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly client_id: string | null;
  readonly life_seconds: number;
}

/**
 * Writes tokens that programs get for themselves (client credentials). No person stands behind one: nobody signed in or
 * agreed. So they alone are not waited for on the disk: of a database that is killed, those of the last moments are
 * gone, refused, and asked for again. Taking one back is waited for, and brings along all that was written before.
 *
 * Those of one turn of the event loop are one statement.
 */
export class MachineTokens {
  readonly #pool: Pool;
  #waiting: MachineToken[] = [];
  #written: Promise<void> | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  write(tokens: readonly MachineToken[]): Promise<void> {
    this.#waiting.push(...tokens);
    this.#written ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#send());
    return this.#written;
  }

  async #send(): Promise<void> {
    const values = [jsonText(this.#waiting)];
    this.#waiting = [];
    this.#written = undefined;
    await this.#pool.query({ name: "oidc-machine-tokens", text: insertTokens, values });
  }
}
