import type { LoginTicketStore } from "./login-ticket-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { sweepStatement } from "./sweep-statement.ts";
import { tokenHash } from "./token-hash.ts";

const consumeTicket = `
  INSERT INTO spent_login_tickets (hash, expires_at)
  VALUES ($1, hub_now() + make_interval(secs => $2, mins => 5)) ON CONFLICT DO NOTHING`;

const sweepTickets = sweepStatement("spent_login_tickets", "expires_at < hub_now()");

/** Used login tickets in PostgreSQL; the primary key admits one caller. */
export class PostgresLoginTicketStore implements LoginTicketStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  async consume(id: string, lifeSeconds: number): Promise<boolean> {
    const values = [tokenHash("LT", id), lifeSeconds];
    return (
      (await this.#pool.query({ name: "login-ticket-consume", text: consumeTicket, values })).rowCount === 1
    );
  }

  async sweep(limit: number): Promise<number> {
    const result = await this.#pool.query({
      name: "login-ticket-sweep",
      text: sweepTickets,
      values: [limit],
    });
    return result.rowCount ?? 0;
  }
}
