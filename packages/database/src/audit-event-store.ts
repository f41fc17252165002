/** The acting party of an audited event. */
export interface AuditActor {
  readonly kind: "user" | "operator" | "site" | "hub";
  /** Id of the user or site, or the operator's name at the command line; empty if unknown. */
  readonly id: string;
  /** Address of the request; absent at the command line. */
  readonly address?: string | undefined;
  readonly userAgent?: string | undefined;
}

/** An event to record. No field holds a secret. */
export interface AuditEvent {
  /** Such as `sign-in` or `passkey-added`. */
  readonly kind: string;
  /** Code of the refusal; absent: `done`. */
  readonly outcome?: string | undefined;
  readonly actor: AuditActor;
  /** The user whom the event concerns. */
  readonly personId?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly siteId?: string | undefined;
  /** Further facts, as JSON. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}

/** A recorded event. */
export interface AuditEntry {
  /** In the order of writing. Concurrent entries may be committed in another order. */
  readonly id: number;
  readonly at: Date;
  readonly kind: string;
  /** `done` or the code of the refusal. */
  readonly outcome: string;
  readonly actorKind: string;
  readonly actor: string;
  readonly personId: string | null;
  readonly sessionId: string | null;
  readonly siteId: string | null;
  readonly address: string;
  readonly userAgent: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Place in the chain and its authentication code. */
export interface ChainHead {
  /** From 1, without gaps. */
  readonly position: number;
  readonly chain: string;
}

export type ChainedEntry = AuditEntry & ChainHead;

/** Entries to read; all conditions hold. */
export interface AuditFilter {
  readonly personId?: string | undefined;
  readonly kinds?: readonly string[] | undefined;
  /** First time to include. */
  readonly since?: Date | undefined;
  /** First time to leave out. */
  readonly until?: Date | undefined;
  /** Leaves out refreshed tokens, and sessions that a new sign-in replaced. */
  readonly withoutRoutine?: boolean | undefined;
}

/**
 * The audit trail. Entries are written without a place in the chain, so that concurrent requests do not wait for each other;
 * `chainNext` gives them their places afterwards. The database refuses any other change, and deletion.
 */
export interface AuditEventStore {
  /** Writes events in one statement. They are durable when it resolves. */
  write(events: readonly AuditEvent[]): Promise<void>;
  /** Entries with an id below `before`, newest first. */
  listNewest(
    filter: AuditFilter,
    page: { readonly limit: number; readonly before?: number | undefined },
  ): Promise<readonly AuditEntry[]>;
  /** Entries with an id above `after`, oldest first. */
  listOldest(
    filter: AuditFilter,
    page: { readonly limit: number; readonly after: number },
  ): Promise<readonly AuditEntry[]>;
  /**
   * Appends up to `limit` entries to the chain, in the order of their ids. An entry that is committed after a later id was
   * chained takes the next free place. One process at a time appends.
   *
   * @param link computes the entry's authentication code from that of the previous place, which is empty at the first
   * @returns how many
   */
  chainNext(
    limit: number,
    link: (previous: string, position: number, entry: AuditEntry) => string,
  ): Promise<number>;
  /** Chained entries at places above `after`, in order. */
  readChain(after: number, limit: number): Promise<readonly ChainedEntry[]>;
  /** The last place; `null`: the chain is empty. */
  head(): Promise<ChainHead | null>;
}
