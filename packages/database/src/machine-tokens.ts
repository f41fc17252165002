import type { AuditEvent } from "./audit-event-store.ts";
import { auditJson, insertAuditEvents } from "./audit-row.ts";
import type { Pool } from "./postgres-connection.ts";
import { jsonText } from "./postgres-input.ts";

/** Commits without waiting for the disk (see `MachineTokens`); the setting ends with the statement's transaction. */
const insertTokens = `
  WITH unsynced AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
  audited AS (${insertAuditEvents("$2")}
  )
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
 * Writes client-credentials tokens, without waiting for the disk: if the database is killed, the latest are lost, refused,
 * and requested again. They depend on no user's sign-in or consent. A revocation does wait for the disk, and so for all
 * earlier writes. The audit events of lost tokens are lost with them.
 *
 * All tokens of one turn of the event loop become one statement.
 */
export class MachineTokens {
  readonly #pool: Pool;
  #waiting: MachineToken[] = [];
  #events: AuditEvent[] = [];
  #written: Promise<void> | undefined;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  write(tokens: readonly MachineToken[], events: readonly AuditEvent[]): Promise<void> {
    this.#waiting.push(...tokens);
    this.#events.push(...events);
    this.#written ??= new Promise<void>((resolve) => setImmediate(resolve)).then(() => this.#send());
    return this.#written;
  }

  async #send(): Promise<void> {
    const values = [jsonText(this.#waiting), auditJson(this.#events)];
    this.#waiting = [];
    this.#events = [];
    this.#written = undefined;
    await this.#pool.query({ name: "oidc-machine-tokens", text: insertTokens, values });
  }
}
