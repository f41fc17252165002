/**
 * Records of changes: audit events, and the mail that tells the user. A store writes them in the transaction of the
 * change, so that no change of a credential survives without them (docs/decisions/0035).
 */
import type { AuditEvent } from "./audit-event-store.ts";
import { auditJson, insertAuditEvents } from "./audit-row.ts";
import type { NewMail } from "./mail-store.ts";
import { jsonText, withoutNul } from "./postgres-input.ts";
import type { PrismaClient, PrismaTransaction } from "./prisma-client.ts";

export interface ChangeRecord {
  readonly events: readonly AuditEvent[];
  /** Absent: nobody is told. */
  readonly mail?: NewMail | undefined;
}

/** Makes the record of a change from the facts that the store returns about it. Called at most once, before the commit. */
export type MakeRecord<Changed = void> = (changed: Changed) => ChangeRecord;

/**
 * SQL that queues mails.
 *
 * @param source a parameter that holds `mailsJson`
 */
export function insertMails(source: string): string {
  return `
    INSERT INTO mails (kind, recipient, person_id, facts, due_at)
    SELECT kind, recipient, "personId", facts, hub_now() + make_interval(secs => "dueInSeconds")
    FROM jsonb_to_recordset(${source}::jsonb) AS mail (kind text, recipient text, "personId" uuid, facts jsonb,
      "dueInSeconds" float8)`;
}

export function mailsJson(mails: readonly NewMail[]): string {
  return jsonText(
    mails.map(({ kind, recipient, personId, facts = {}, dueInSeconds = 0 }) => ({
      kind,
      recipient: withoutNul(recipient.toLowerCase()),
      personId: personId ?? null,
      facts,
      dueInSeconds,
    })),
  );
}

const writeRecord = `WITH audited AS (${insertAuditEvents("$1")}) ${insertMails("$2")}`;

/** Writes a record in the transaction of its change. */
export type WriteRecord = (record: ChangeRecord) => Promise<void>;

/** Runs changes that leave a record. */
export class RecordedChanges {
  readonly #prisma: PrismaClient;
  readonly #onMailQueued: () => void;

  /** @param onMailQueued called after a transaction that queued a mail */
  constructor(prisma: PrismaClient, onMailQueued: () => void = () => undefined) {
    this.#prisma = prisma;
    this.#onMailQueued = onMailQueued;
  }

  /** @param work makes the change. It is rolled back if its record cannot be written */
  async transaction<Result>(
    work: (transaction: PrismaTransaction, write: WriteRecord) => Promise<Result>,
  ): Promise<Result> {
    let isMailQueued = false;
    const result = await this.#prisma.$transaction((transaction) =>
      work(transaction, async ({ events, mail }) => {
        const mails = mail === undefined ? [] : [mail];
        isMailQueued ||= mails.length > 0;
        await transaction.$executeRawUnsafe(writeRecord, auditJson(events), mailsJson(mails));
      }),
    );
    if (isMailQueued) this.#onMailQueued();
    return result;
  }
}
