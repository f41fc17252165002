import type { CentralSession } from "@gatehouse/database";
import { byUser, type HubAuditEvent } from "../../audit/record-audit.ts";
import type { Call } from "../../http/route.ts";
import type { Scopes } from "../scope/consent.ts";

/** Audit event of the answer to a consent question. @param given `null`: the user declined */
export function consentEvent(
  { address, userAgent }: Pick<Call, "address" | "userAgent">,
  session: CentralSession,
  siteId: string,
  given: Scopes | null,
): HubAuditEvent {
  const event = { kind: "consent-given", ...byUser({ session, address, userAgent }), siteId } as const;
  if (given === null) return { ...event, outcome: "access_denied" };
  const { scopes, resources } = given;
  return { ...event, facts: { scopes, resources } };
}
