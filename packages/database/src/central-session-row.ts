import type {
  CentralSession,
  EndReason,
  FoundSession,
  OidcClientSession,
  SiteSession,
} from "./central-session-store.ts";
import { type PersonRow, personFrom, personSelection } from "./person-row.ts";

/** Columns of a session `s` with its user `u`, selected by every statement of the store. */
export const centralSessionColumns = `
  s.id AS session_id, s.started_at, s.authenticated_at, s.last_activity_at, s.idle_expires_at, s.expires,
  s.long_term, s.ask_before, s.amr, s.uid, s.oidc_clients, s.user_agent, s.address,
  ${personSelection}`;

export interface CentralSessionRow extends PersonRow {
  readonly session_id: string;
  readonly started_at: Date;
  readonly authenticated_at: Date;
  readonly last_activity_at: Date;
  readonly idle_expires_at: Date;
  readonly expires: Date;
  readonly long_term: boolean;
  readonly ask_before: boolean;
  readonly amr: readonly string[];
  readonly uid: string;
  readonly oidc_clients: Readonly<Record<string, OidcClientSession>>;
  readonly user_agent: string;
  readonly address: string;
}

/** Times that recording activity has changed. */
export type TouchedSessionRow = Pick<CentralSessionRow, "last_activity_at" | "idle_expires_at">;

export interface FoundSessionRow extends CentralSessionRow {
  readonly end_reason: EndReason | null;
  readonly is_touch_due: boolean;
  /** Of a lookup by session index. */
  readonly site_session_id?: string;
  readonly grant_payload?: Readonly<Record<string, unknown>> | null;
}

export interface ListedSessionRow extends CentralSessionRow {
  readonly sites: readonly {
    readonly site_id: string;
    readonly service: string;
    readonly started_at: string;
    readonly last_activity_at: string;
  }[];
}

export function centralSessionFrom(row: CentralSessionRow): CentralSession {
  return {
    id: row.session_id,
    person: personFrom(row),
    startedAt: row.started_at,
    authenticatedAt: row.authenticated_at,
    lastActivityAt: row.last_activity_at,
    idleExpiresAt: row.idle_expires_at,
    expiresAt: row.expires,
    longTerm: row.long_term,
    askBefore: row.ask_before,
    amr: row.amr,
    uid: row.uid,
    oidcClients: row.oidc_clients,
    userAgent: row.user_agent,
    address: row.address,
  };
}

export function foundSessionFrom(row: FoundSessionRow | undefined): FoundSession {
  if (!row) {
    return { state: "unknown" };
  }
  if (row.end_reason) {
    return { state: "ended", reason: row.end_reason, username: row.username };
  }
  const session = centralSessionFrom(row);
  if (session.person.deletionDueAt !== null) {
    return { state: "deletion-due", session };
  }
  return {
    state: "alive",
    session,
    ...(row.grant_payload ? { grant: row.grant_payload } : {}),
  };
}

export function siteSessionFrom(site: ListedSessionRow["sites"][number]): SiteSession {
  return {
    siteId: site.site_id,
    service: site.service,
    startedAt: new Date(site.started_at),
    lastActivityAt: new Date(site.last_activity_at),
  };
}
