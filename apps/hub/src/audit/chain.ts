/**
 * The chain of the audit trail: each entry has a code over the entry and the code before it, so that whoever changes,
 * deletes, inserts or moves an entry in the database, without the hub's secret, breaks the chain (docs/decisions/0035).
 */
import type { AuditEntry, AuditEventStore, ChainHead } from "@gatehouse/database";
import type { Log } from "../log.ts";
import type { PurposeKeys } from "../settings/secret-keys.ts";

export interface ChainNeeds {
  readonly auditEvents: Pick<AuditEventStore, "chainNext" | "head" | "readChain">;
  /** The newest secret signs; every listed secret verifies. */
  readonly key: Pick<PurposeKeys, "sign" | "isSignature">;
}

/** Entries per transaction, and per read of a verification. */
const batch = 500;

/** Appends all entries that have no place yet. @returns how many */
export async function chainNewEntries({ auditEvents, key }: ChainNeeds): Promise<number> {
  const link = (previous: string, position: number, entry: AuditEntry) =>
    key.sign(textOf(previous, position, entry));
  let chained = 0;
  for (let appended = batch; appended === batch; chained += appended)
    appended = await auditEvents.chainNext(batch, link);
  return chained;
}

const hour = 3_600_000;

/**
 * Part of upkeep: appends new entries, and logs the head at most once an hour. A log that is kept elsewhere thereby notes
 * heads, against which a cut tail is found.
 */
export function createChainTask({
  log,
  clock,
  ...needs
}: ChainNeeds & { readonly log: Log; readonly clock: () => Date }): () => Promise<void> {
  let noted = 0;
  return async () => {
    const chained = await chainNewEntries(needs);
    const now = clock().getTime();
    if (chained === 0 || now - noted < hour) return;
    noted = now;
    const head = await needs.auditEvents.head();
    if (head !== null)
      log.info(
        { event: "audit-trail.chained", head: `${head.position}:${head.chain}` },
        "head of the audit trail",
      );
  };
}

/** The first place at which the chain is broken. */
export interface ChainFault {
  readonly position: number;
  readonly fault: /** No entry has this place. */
    | "missing"
    /** The entry, or one before it, was changed, inserted or moved; or its secret is no longer listed. */
    | "broken"
    /** The entry at the noted place is another one, or there is none any more. */
    | "not-the-noted-head";
}

export interface ChainReport {
  /** Verified entries. */
  readonly entries: number;
  readonly head: ChainHead | null;
  readonly fault: ChainFault | null;
}

/**
 * Verifies the chain.
 *
 * @param since a head noted earlier: the chain must still contain it, and is verified after it; absent: from the beginning
 */
export async function verifyChain({ auditEvents, key }: ChainNeeds, since?: ChainHead): Promise<ChainReport> {
  const head = await auditEvents.head();
  let [entries, position, previous] = [0, since?.position ?? 0, since?.chain ?? ""];
  const broken = (fault: ChainFault["fault"], at: number): ChainReport => ({
    entries,
    head,
    fault: { position: at, fault },
  });
  if (since !== undefined) {
    const [noted] = await auditEvents.readChain(since.position - 1, 1);
    if (noted?.position !== since.position || noted.chain !== since.chain)
      return broken("not-the-noted-head", since.position);
  }
  for (;;) {
    const read = await auditEvents.readChain(position, batch);
    for (const entry of read) {
      if (entry.position !== position + 1) return broken("missing", position + 1);
      if (!key.isSignature(textOf(previous, entry.position, entry), entry.chain))
        return broken("broken", entry.position);
      [entries, position, previous] = [entries + 1, entry.position, entry.chain];
    }
    if (read.length < batch) return { entries, head, fault: null };
  }
}

/** Canonical text of an entry at its place: a JSON array in a fixed order, with the keys of its facts sorted. */
function textOf(previous: string, position: number, entry: AuditEntry): string {
  const { id, at, kind, outcome, actorKind, actor, personId, sessionId, siteId, address, userAgent } = entry;
  const time = at.toISOString();
  const who = [actorKind, actor, personId, sessionId, siteId, address, userAgent];
  return JSON.stringify([previous, position, id, time, kind, outcome, ...who, sorted(entry.facts)]);
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  // An array of pairs: the order of an object's keys is not the order of their insertion if they are numbers.
  return entries.map(([name, inner]) => [name, sorted(inner)]);
}
