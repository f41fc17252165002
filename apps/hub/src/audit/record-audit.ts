/** Records events in the audit trail (docs/decisions/0035). */
import type { AuditActor, AuditEvent, AuditEventStore } from "@gatehouse/database";
import { networkOf } from "../credential/throttle.ts";
import type { Call, CallerFacts } from "../http/route.ts";
import { type AuditKind, unfinishedOutcomes } from "./audit-kinds.ts";

/** An event of the hub. No field holds a secret, and nothing that was typed in place of a username, which may be one. */
export interface HubAuditEvent extends AuditEvent {
  readonly kind: AuditKind;
}

/**
 * Records an event; await it before the answer. Rejects if the event cannot be written: the request then fails, so that
 * nothing unrecorded is acknowledged.
 */
export type RecordAudit = (event: HubAuditEvent) => Promise<void>;

/**
 * Attempts that cost their sender nothing: of one network, repetitions within a minute are left out of the trail, and of one
 * user, those beyond a number, so that nobody fills the disk.
 */
function isCheap({ kind, outcome = "done" }: HubAuditEvent): boolean {
  return cheapOutcomes.has(outcome) || (kind === "app-password-used" && outcome !== "done");
}

/** Refusals that no throttle counts. */
const cheapOutcomes: ReadonlySet<string> = new Set([
  "too_many_attempts",
  "code_missing",
  "recovery_code_missing",
  "passkey_invalid",
  "deletion_due",
  // Anybody who has the password can repeat them at will.
  ...unfinishedOutcomes,
]);

const thinningMilliseconds = 60_000;
/** Cheap events of a kind and outcome that are recorded about one user, or about nobody, within a minute. */
const mostOfUser = 20;
/** Sources and users remembered at a time. */
const mostRemembered = 10_000;

/**
 * Whether an event need not be recorded, because it is cheap and the same was recorded within the last minute. Remembers an
 * event for which it answers no, so ask once for each event.
 */
export type IsRepeated = (event: HubAuditEvent) => boolean;

export function createThinning(clock: () => Date): IsRepeated {
  const sources = new Map<string, { readonly since: number }>();
  const users = new Map<string, { readonly since: number; readonly recorded: number }>();
  return (event) => {
    if (!isCheap(event)) return false;
    const now = clock().getTime();
    const isCurrent = (one: { readonly since: number } | undefined) =>
      one !== undefined && now - one.since < thinningMilliseconds;
    const user = `${event.kind} ${event.outcome} ${event.personId} ${event.siteId}`;
    const source = `${user} ${networkOf(event.actor.address)}`;
    const known = users.get(user);
    const ofUser = known !== undefined && isCurrent(known) ? known : { since: now, recorded: 0 };
    if (isCurrent(sources.get(source)) || ofUser.recorded >= mostOfUser) return true;
    remember(sources, source, { since: now });
    remember(users, user, { ...ofUser, recorded: ofUser.recorded + 1 });
    return false;
  };
}

/** Forgets the entry that changed least recently if there are too many. */
function remember<Entry>(entries: Map<string, Entry>, key: string, entry: Entry): void {
  entries.delete(key);
  const [oldest] = entries.keys();
  if (entries.size >= mostRemembered && oldest !== undefined) entries.delete(oldest);
  entries.set(key, entry);
}

/**
 * Records through one writer: events that arrive while an INSERT runs go together into the next one. Each request waits for
 * its own.
 */
export function createAuditRecorder(
  store: Pick<AuditEventStore, "write">,
  isRepeated: IsRepeated,
): RecordAudit {
  const write = createWriter(store);
  return async (event) => {
    if (!isRepeated(event)) await write(event);
  };
}

function createWriter(store: Pick<AuditEventStore, "write">): RecordAudit {
  let next: { readonly events: HubAuditEvent[]; readonly written: Promise<void> } | undefined;
  let running: Promise<unknown> = Promise.resolve();
  return (event) => {
    if (next === undefined) {
      const events: HubAuditEvent[] = [];
      const written = running.then(() => {
        next = undefined;
        return store.write(events);
      });
      running = written.catch(() => undefined);
      next = { events, written };
    }
    next.events.push(event);
    return next.written;
  };
}

/**
 * The actor of a request.
 *
 * @param personId absent: unknown, or the user of the session that the event is about
 */
export function actorOf(
  { address, userAgent }: Pick<Call, "address" | "userAgent">,
  personId = "",
): AuditActor {
  return { kind: "user", id: personId, address, userAgent };
}

/** Actor, user and session of a request of a signed-in user. */
export function byUser(
  call: Pick<CallerFacts["person"], "session" | "address" | "userAgent">,
): Pick<HubAuditEvent, "actor" | "personId" | "sessionId"> {
  const { id, person } = call.session;
  return { actor: actorOf(call, person.id), personId: person.id, sessionId: id };
}
