/** Records of changes of an account: a store writes them in the transaction of the change (docs/decisions/0035). */
import type { ChangeRecord, DisconnectedApps, Person } from "@gatehouse/database";
import type { Call } from "../http/route.ts";
import type { FactorChange, MailFacts, MailToQueue } from "../mail/queue-mail.ts";
import { actorOf, type HubAuditEvent } from "./record-audit.ts";

export interface HubChangeRecord extends ChangeRecord {
  readonly events: readonly HubAuditEvent[];
  /** Absent: nobody is told. */
  readonly mail?: MailToQueue;
}

type Source = Pick<Call, "address" | "userAgent">;

/** The user of a change. */
interface ChangedAccount {
  readonly person: Pick<Person, "id" | "email">;
  /** The session that made the change, if any. */
  readonly id?: string;
}

/** One event for each app, as when the user disconnects it alone. */
export function disconnectedEvents(
  call: Source,
  { person, id }: ChangedAccount,
  { sites, appPasswords }: DisconnectedApps,
): HubAuditEvent[] {
  const by = changedBy(call, person, id);
  return [
    ...sites.map((siteId) => ({ kind: "consent-revoked", ...by, siteId }) as const),
    ...appPasswords.map((name) => ({ kind: "app-password-revoked", ...by, facts: { name } }) as const),
  ];
}

/**
 * Record of a password that the user chose.
 *
 * @param disconnected apps that were disconnected with the change; `null`: it was not requested
 */
export function passwordRecord(
  call: Source,
  account: ChangedAccount,
  kind: "password-changed" | "password-reset",
  facts: HubAuditEvent["facts"],
  disconnected: DisconnectedApps | null = null,
): HubChangeRecord {
  const { person, id } = account;
  const apps = disconnected === null ? [] : disconnectedEvents(call, account, disconnected);
  return {
    events: [{ kind, ...changedBy(call, person, id), facts }, ...apps],
    mail: {
      kind: "password-changed",
      recipient: person.email,
      personId: person.id,
      facts: sourceOf(call),
    },
  };
}

/**
 * Record of a changed way to sign in.
 *
 * @param facts further facts of the audit event; `name` is also in the mail
 */
export function factorRecord(
  call: Source,
  { person, id }: ChangedAccount,
  change: Exclude<FactorChange, "passkey-copied" | "second-step-reset">,
  facts: { readonly name?: string } & HubAuditEvent["facts"] = {},
): HubChangeRecord {
  const name = facts.name === undefined ? {} : { name: facts.name };
  const mailed: MailFacts["factor-changed"] = { change, ...name, ...sourceOf(call) };
  return {
    events: [{ kind: change, ...changedBy(call, person, id), facts }],
    mail: { kind: "factor-changed", recipient: person.email, personId: person.id, facts: mailed },
  };
}

function changedBy(call: Source, { id: personId }: Pick<Person, "id">, sessionId: string | undefined) {
  return { actor: actorOf(call, personId), personId, sessionId };
}

const sourceOf = ({ address, userAgent }: Source) => ({ address, userAgent });
