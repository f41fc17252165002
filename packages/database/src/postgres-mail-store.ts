import { insertMails, mailsJson } from "./change-record.ts";
import type { ListedMail, MailOutcome, MailStore, NewMail, QueuedMail, RenderedMail } from "./mail-store.ts";
import { isUuid, jsonText, withoutNul } from "./postgres-input.ts";
import type { MailRow, PrismaClient } from "./prisma-client.ts";
import { sweepStatement } from "./sweep-statement.ts";

const sweepSettled = sweepStatement("mails", "settled_at < hub_now() - interval '1 day'");
const queueMail = insertMails("$1");

/** The outbox of mail in PostgreSQL. */
export class PostgresMailStore implements MailStore {
  readonly #prisma: PrismaClient;
  readonly #onQueued: () => void;

  /** @param onQueued called after a mail was queued */
  constructor(prisma: PrismaClient, onQueued: () => void) {
    this.#prisma = prisma;
    this.#onQueued = onQueued;
  }

  async queue(mail: NewMail): Promise<void> {
    await this.#prisma.$executeRawUnsafe(queueMail, mailsJson([mail]));
    this.#onQueued();
  }

  async claim(limit: number, leaseSeconds: number): Promise<readonly QueuedMail[]> {
    return this.#prisma.$queryRaw<QueuedMail[]>`
      UPDATE mails SET attempts = attempts + 1, due_at = hub_now() + make_interval(secs => ${leaseSeconds}::float8)
      WHERE id = ANY (ARRAY(
        SELECT id FROM mails WHERE state = 'pending' AND due_at <= hub_now()
        ORDER BY due_at LIMIT ${limit}::int FOR UPDATE SKIP LOCKED
      ))
      RETURNING id, kind, recipient, person_id AS "personId", facts, created_at AS "createdAt", attempts - 1 AS attempts`;
  }

  async record(id: string, outcome: MailOutcome): Promise<void> {
    const { state } = outcome;
    const detail = "detail" in outcome ? withoutNul(outcome.detail).slice(0, 200) : "";
    const content = state === "kept" ? jsonText(outcome.content) : null;
    const recipient = "recipient" in outcome ? (outcome.recipient ?? null) : null;
    const retryInSeconds = state === "pending" ? outcome.retryInSeconds : 0;
    await this.#prisma.$executeRaw`
      UPDATE mails SET state = ${state}, detail = ${detail}, content = ${content}::jsonb,
        recipient = coalesce(${recipient}::text, recipient),
        due_at = hub_now() + make_interval(secs => ${retryInSeconds}::float8),
        settled_at = CASE WHEN ${state} <> 'pending' THEN hub_now() END
      WHERE id = ${id}::uuid AND (state = 'pending' OR state = 'given-up' AND ${state} = 'sent')`;
  }

  async list(limit: number, recipient?: string): Promise<readonly ListedMail[]> {
    const rows = await this.#prisma.mail.findMany({
      ...(recipient !== undefined && { where: { recipient: withoutNul(recipient.toLowerCase()) } }),
      orderBy: [{ createdAt: "desc" }, { id: "desc" }],
      take: limit,
    });
    return rows.map(listedFrom);
  }

  async find(id: string): Promise<ListedMail | null> {
    const row = isUuid(id) ? await this.#prisma.mail.findUnique({ where: { id } }) : null;
    return row && listedFrom(row);
  }

  async sweep(limit: number): Promise<number> {
    return this.#prisma.$executeRawUnsafe(sweepSettled, limit);
  }
}

function listedFrom(row: MailRow): ListedMail {
  return {
    id: row.id,
    kind: row.kind,
    recipient: row.recipient,
    personId: row.personId,
    facts: row.facts as QueuedMail["facts"],
    createdAt: row.createdAt,
    state: row.state as ListedMail["state"],
    detail: row.detail,
    content: row.content as RenderedMail | null,
  };
}
