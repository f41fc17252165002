import type { AuditEvent } from "./audit-event-store.ts";
import type { PoolClient } from "./postgres-connection.ts";
import { jsonText, withoutNul } from "./postgres-input.ts";

/** A new row for Prisma; a store writes it in the transaction of what it records. */
export function auditRow(event: AuditEvent) {
  const { actor, facts = {} } = event;
  return {
    kind: event.kind,
    outcome: withoutNul(event.outcome ?? "done"),
    actorKind: actor.kind,
    actor: withoutNul(actor.id).slice(0, 200),
    personId: event.personId ?? null,
    sessionId: event.sessionId ?? null,
    siteId: event.siteId === undefined ? null : withoutNul(event.siteId).slice(0, 200),
    address: withoutNul(actor.address ?? "").slice(0, 100),
    userAgent: withoutNul(actor.userAgent ?? "").slice(0, 500),
    facts: JSON.parse(jsonText(facts)),
  };
}

/**
 * SQL that inserts events, for statements that record what they do.
 *
 * @param source a parameter that holds `auditJson`
 * @param where a condition on the statement's other parts
 */
export function insertAuditEvents(source: string, where = "true"): string {
  return `
    INSERT INTO audit_events (kind, outcome, actor_kind, actor, person_id, session_id, site_id, address, user_agent,
      facts)
    SELECT kind, outcome, "actorKind", actor, "personId", "sessionId", "siteId", address, "userAgent", facts
    FROM jsonb_to_recordset(${source}::jsonb) AS event (kind text, outcome text, "actorKind" text, actor text,
      "personId" uuid, "sessionId" uuid, "siteId" text, address text, "userAgent" text, facts jsonb)
    WHERE ${where}`;
}

export function auditJson(events: readonly AuditEvent[]): string {
  return JSON.stringify(events.map(auditRow));
}

/** Records events in the transaction of the change. */
export async function writeAuditEvents(client: PoolClient, events: readonly AuditEvent[]): Promise<void> {
  if (events.length === 0) return;
  await client.query({ name: "audit-write", text: insertAuditEvents("$1"), values: [auditJson(events)] });
}
