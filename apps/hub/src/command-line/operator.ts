import { userInfo } from "node:os";
import type { AuditActor, AuditEvent, AuditEventStore } from "@gatehouse/database";
import type { AuditKind } from "../audit/audit-kinds.ts";
import { type DatabaseSettings, withNewDatabase } from "./with-database.ts";

/** Recorded by the operator's command, besides the operator. */
export type Operation = Pick<AuditEvent, "personId" | "siteId" | "facts"> & { readonly kind: AuditKind };

/** The operator at the command line: the system's user. */
export function operatorActor(): AuditActor {
  return { kind: "operator", id: systemUser() };
}

/**
 * Records an operator's action, then runs it: an action that cannot be recorded does not happen. An action that fails
 * afterwards is recorded again, with the outcome `failed`.
 */
export async function recordOperation<Result>(
  { auditEvents }: { readonly auditEvents: Pick<AuditEventStore, "write"> },
  operation: Operation,
  act: () => Promise<Result>,
): Promise<Result> {
  const event = { ...operation, actor: operatorActor() };
  await auditEvents.write([event]);
  try {
    return await act();
  } catch (error) {
    await auditEvents.write([{ ...event, outcome: "failed" }]);
    throw error;
  }
}

/** Opens the database to record a change of a registration, which is a file. */
export function recordSiteOperation<Result>(
  settings: DatabaseSettings,
  operation: Operation & { readonly siteId: string },
  act: () => Promise<Result>,
): Promise<Result> {
  return withNewDatabase(settings, (database) => recordOperation(database, operation, act));
}

/** A user id without an entry in the system's list has no name. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? ""}`;
  }
}
