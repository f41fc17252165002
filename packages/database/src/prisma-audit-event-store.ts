import type {
  AuditEntry,
  AuditEvent,
  AuditEventStore,
  AuditFilter,
  ChainedEntry,
  ChainHead,
} from "./audit-event-store.ts";
import { auditRow } from "./audit-row.ts";
import { isUuid } from "./postgres-input.ts";
import type { AuditEventRow, PrismaClient } from "./prisma-client.ts";

/** Held while entries are appended to the chain. */
const chainLock = 4_242_072;

/** The audit trail, through Prisma. */
export class PrismaAuditEventStore implements AuditEventStore {
  readonly #prisma: PrismaClient;

  constructor(prisma: PrismaClient) {
    this.#prisma = prisma;
  }

  async write(events: readonly AuditEvent[]): Promise<void> {
    await this.#prisma.auditEvent.createMany({ data: events.map(auditRow) });
  }

  async listNewest(filter: AuditFilter, { limit, before }: Parameters<AuditEventStore["listNewest"]>[1]) {
    const rows = await this.#prisma.auditEvent.findMany({
      where: { ...whereOf(filter), ...(before === undefined ? {} : { id: { lt: before } }) },
      orderBy: { id: "desc" },
      take: limit,
    });
    return rows.map(entryFrom);
  }

  async listOldest(filter: AuditFilter, { limit, after }: Parameters<AuditEventStore["listOldest"]>[1]) {
    const rows = await this.#prisma.auditEvent.findMany({
      where: { ...whereOf(filter), id: { gt: after } },
      orderBy: { id: "asc" },
      take: limit,
    });
    return rows.map(entryFrom);
  }

  async chainNext(limit: number, link: Parameters<AuditEventStore["chainNext"]>[1]): Promise<number> {
    const unchained = { where: { chain: null }, orderBy: { id: "asc" } } as const;
    if ((await this.#prisma.auditEvent.findFirst({ ...unchained, select: { id: true } })) === null) return 0;
    return this.#prisma.$transaction(
      async (transaction) => {
        await transaction.$executeRaw`SELECT pg_advisory_xact_lock(${chainLock}::bigint)`;
        const head = await headOf(transaction);
        const rows = await transaction.auditEvent.findMany({ ...unchained, take: limit });
        let previous = head?.chain ?? "";
        const links = rows.map((row, index) => {
          const position = (head?.position ?? 0) + index + 1;
          previous = link(previous, position, entryFrom(row));
          return { id: Number(row.id), position, chain: previous };
        });
        await transaction.$executeRaw`
          UPDATE audit_events e SET chain_position = link.position, chain = link.chain
          FROM jsonb_to_recordset(${JSON.stringify(links)}::jsonb) AS link (id bigint, position bigint, chain text)
          WHERE e.id = link.id`;
        return links.length;
      },
      { timeout: 15_000, maxWait: 5_000 },
    );
  }

  async readChain(after: number, limit: number): Promise<readonly ChainedEntry[]> {
    const rows = await this.#prisma.auditEvent.findMany({
      where: { position: { gt: after } },
      orderBy: { position: "asc" },
      take: limit,
    });
    return rows.map((row) => ({ ...entryFrom(row), position: Number(row.position), chain: row.chain ?? "" }));
  }

  head(): Promise<ChainHead | null> {
    return headOf(this.#prisma);
  }
}

async function headOf(prisma: Pick<PrismaClient, "auditEvent">): Promise<ChainHead | null> {
  const row = await prisma.auditEvent.findFirst({
    where: { position: { not: null } },
    orderBy: { position: "desc" },
    select: { position: true, chain: true },
  });
  return row && { position: Number(row.position), chain: row.chain ?? "" };
}

/** A user who cannot exist has no entries. */
const nobody = "00000000-0000-0000-0000-000000000000";

const routine = [
  { kind: "token-issued", facts: { path: ["grant"], equals: "refresh_token" } },
  { kind: "session-ended", facts: { path: ["reason"], equals: "replaced" } },
];

function whereOf({ personId, kinds, since, until, withoutRoutine }: AuditFilter) {
  return {
    ...(personId === undefined ? {} : { personId: isUuid(personId) ? personId : nobody }),
    ...(kinds === undefined ? {} : { kind: { in: [...kinds] } }),
    ...(withoutRoutine === true ? { NOT: routine } : {}),
    at: { ...(since === undefined ? {} : { gte: since }), ...(until === undefined ? {} : { lt: until }) },
  };
}

function entryFrom(row: AuditEventRow): AuditEntry {
  const { id, position: _, chain: __, facts, ...rest } = row;
  return { ...rest, id: Number(id), facts: facts as AuditEntry["facts"] };
}
