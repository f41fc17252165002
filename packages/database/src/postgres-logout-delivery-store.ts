import type {
  DeliveryOutcome,
  LogoutDelivery,
  LogoutDeliveryStore,
  SiteShare,
} from "./logout-delivery-store.ts";
import type { Pool } from "./postgres-connection.ts";
import { isUuid } from "./postgres-input.ts";
import type { PrismaClient } from "./prisma-client.ts";
import { sweepStatement } from "./sweep-statement.ts";

/** Due deliveries that a claim considers, so that it does not sort a long queue. */
const inView = 1000;

/**
 * A claim counts as an attempt, so that a delivery which kills the dispatcher is not repeated forever. Sites at their limit
 * are excluded first, so that their deliveries do not hide those of others.
 */
const claimDue = `
  WITH busy AS (SELECT site_id, count(*) AS under_way FROM unnest($3::text[]) AS one(site_id) GROUP BY site_id),
  in_view AS MATERIALIZED (
    SELECT id, site_id, due_at FROM logout_deliveries WHERE state = 'pending' AND due_at <= hub_now()
      AND site_id NOT IN (SELECT site_id FROM busy WHERE under_way >= $4)
    ORDER BY due_at LIMIT ${inView}
  ),
  ranked AS MATERIALIZED (
    SELECT id, row_number() OVER (PARTITION BY site_id ORDER BY due_at) + coalesce(under_way, 0) AS place
    FROM in_view LEFT JOIN busy USING (site_id)
  )
  UPDATE logout_deliveries SET attempts = attempts + 1, due_at = hub_now() + make_interval(secs => $2)
  WHERE id IN (
    SELECT id FROM logout_deliveries WHERE state = 'pending' AND due_at <= hub_now()
      AND id IN (SELECT id FROM ranked WHERE place <= $4)
    ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED
  )
  RETURNING id, site_id, service, session_index, attempts - 1 AS attempts`;

/** A delivered message stays delivered, even if an attempt with an expired lease reports a failure later. */
const recordAttempt = `
  UPDATE logout_deliveries SET state = $2, detail = $3, milliseconds = $4,
    due_at = hub_now() + make_interval(secs => coalesce($5, 0)),
    settled_at = CASE WHEN $2 <> 'pending' THEN hub_now() END
  WHERE id = $1 AND state <> 'delivered'`;

const sweepSettled = sweepStatement("logout_deliveries", "settled_at < hub_now() - interval '1 day'");

interface DeliveryRow {
  readonly id: string;
  readonly site_id: string;
  readonly service: string;
  readonly session_index: string;
  readonly attempts: number;
}

/** The outbox of single logout in PostgreSQL. */
export class PostgresLogoutDeliveryStore implements LogoutDeliveryStore {
  readonly #pool: Pool;
  readonly #prisma: PrismaClient;

  constructor(pool: Pool, prisma: PrismaClient) {
    this.#pool = pool;
    this.#prisma = prisma;
  }

  async claim(limit: number, leaseSeconds: number, sites?: SiteShare): Promise<readonly LogoutDelivery[]> {
    const { rows } = await this.#pool.query<DeliveryRow>({
      name: "delivery-claim",
      text: claimDue,
      values: [limit, leaseSeconds, sites?.underWay ?? [], sites?.most ?? limit],
    });
    return rows.map((row) => ({
      id: row.id,
      siteId: row.site_id,
      service: row.service,
      sessionIndex: row.session_index,
      attempts: row.attempts,
    }));
  }

  async record(id: string, outcome: DeliveryOutcome): Promise<void> {
    await this.#pool.query({
      name: "delivery-record",
      text: recordAttempt,
      values: [
        id,
        stateAfter(outcome),
        outcome.detail.slice(0, 200),
        Math.round(outcome.milliseconds),
        outcome.retryInSeconds ?? null,
      ],
    });
  }

  async listOf(sessionId: string) {
    if (!isUuid(sessionId)) {
      return [];
    }
    const rows = await this.#prisma.logoutDelivery.findMany({
      where: { sessionId },
      select: {
        siteId: true,
        service: true,
        sessionIndex: true,
        state: true,
        detail: true,
        milliseconds: true,
      },
      orderBy: [{ siteId: "asc" }, { id: "asc" }],
    });
    return rows.map((row) => ({ ...row, state: row.state as ReturnType<typeof stateAfter> }));
  }

  async sweep(limit: number): Promise<number> {
    const result = await this.#pool.query({ name: "delivery-sweep", text: sweepSettled, values: [limit] });
    return result.rowCount ?? 0;
  }
}

function stateAfter(outcome: DeliveryOutcome): "pending" | "delivered" | "given-up" {
  if (outcome.delivered) {
    return "delivered";
  }
  return outcome.retryInSeconds === undefined ? "given-up" : "pending";
}
