import type { AuditActor } from "./audit-event-store.ts";

/** A user. */
export interface Person {
  readonly id: string;
  /** Lower case, unique. */
  readonly username: string;
  readonly name: string;
  readonly email: string;
  /** The user used a link that was sent to the address, or a trusted provider verified it. */
  readonly emailVerified: boolean;
  /** SHA-256 of the user's picture, 64 hex characters; `null`: none. */
  readonly picture: string | null;
  readonly operator: boolean;
  readonly groups: readonly string[];
  readonly disabled: boolean;
  /** The user asked for the deletion of the account, which is due then; `null`: not asked. */
  readonly deletionDueAt: Date | null;
  /**
   * Grows whenever the hub stops trusting the user's browsers: with a new password, when all sessions are ended at once, and
   * when an operator turns off the second step. A browser that became known under an earlier version is unknown.
   */
  readonly knownBrowsersVersion: number;
}

/** Reason for the end of a central session. The hub's screens turn it into text. */
export type EndReason =
  | "signed-out"
  | "ended-elsewhere"
  | "idle"
  | "absolute"
  | "replaced"
  | "disabled"
  | "password-changed"
  | "ended-by-operator";

/** An OpenID Connect client's view of a session. */
export interface OidcClientSession {
  /** `sid` of the client's tokens. */
  readonly sid?: string;
  readonly grantId?: string;
}

/** A valid central session. */
export interface CentralSession {
  /** Public identifier, not the token. */
  readonly id: string;
  readonly person: Person;
  readonly startedAt: Date;
  /** Time of the last authentication. */
  readonly authenticatedAt: Date;
  /** Up to a minute late. */
  readonly lastActivityAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
  readonly longTerm: boolean;
  /** The user wants to confirm each further site. */
  readonly askBefore: boolean;
  /** Methods of the last authentication. @see RFC 8176, section 2 */
  readonly amr: readonly string[];
  /** Identifies the session to oidc-provider; stays when the same user signs in again in the same browser. */
  readonly uid: string;
  /** By client id. */
  readonly oidcClients: Readonly<Record<string, OidcClientSession>>;
  readonly userAgent: string;
  readonly address: string;
}

/** Result of a session lookup. */
export type FoundSession =
  | {
      readonly state: "alive";
      readonly session: CentralSession;
      /** Payload of the client's grant, if `grantOf` asked for it. */
      readonly grant?: Readonly<Record<string, unknown>>;
    }
  /**
   * The user asked for the deletion of the account, and has not answered since the sign-in whether to keep it. Until then
   * the session opens nothing but that question.
   */
  | { readonly state: "deletion-due"; readonly session: CentralSession }
  | { readonly state: "ended"; readonly reason: EndReason; readonly username: string }
  | { readonly state: "unknown" };

/** Participation of a site in a central session. */
export interface SiteSession {
  readonly siteId: string;
  readonly service: string;
  readonly startedAt: Date;
  readonly lastActivityAt: Date;
}

/** A valid session with its sites, for the account page. */
export interface SessionWithSites extends CentralSession {
  readonly sites: readonly SiteSession[];
}

/**
 * Central sessions, one per browser. Tokens are stored as hashes; lives are measured by the database's clock. Every end goes
 * through one SQL function, which also queues the logout of each site in the same statement.
 */
export interface CentralSessionStore {
  /**
   * Starts a session, records the sign-in in the audit trail, and ends the previous one of the same browser (`replaced`). The
   * new session takes over the sites of a previous session of the *same user* without notifying them; sites of another user's
   * session are notified.
   *
   * @throws PersonGone if the user is disabled or removed, has a factor while `amr` lacks `mfa`, or has changed the password
   * @param start.token 256 random bits, `TGT-…`
   * @param start.previousToken token that the browser sent, if any
   */
  start(start: {
    readonly personId: string;
    readonly token: string;
    readonly previousToken?: string | undefined;
    readonly userAgent: string;
    readonly address: string;
    readonly longTerm: boolean;
    /** The user wants to confirm each further site; absent: no. */
    readonly askBefore?: boolean | undefined;
    /** Methods of the authentication. @see RFC 8176, section 2 */
    readonly amr: readonly string[];
    /** Age of the authentication in seconds, which sets `authenticatedAt`; absent: 0. */
    readonly provedSecondsAgo?: number | undefined;
    /** Hash that the password was verified against; absent: no password was. */
    readonly passwordHash?: string | undefined;
  }): Promise<CentralSession>;
  /**
   * Looks up a token. A session past its idle or absolute life is `ended` even before `endExpired` ends its row. `touch`
   * records activity, at most once a minute.
   *
   * @param options.grantOf OpenID Connect client whose valid grant is read as well
   */
  find(
    token: string,
    options: { readonly touch: boolean; readonly grantOf?: string | undefined },
  ): Promise<FoundSession>;
  /** Looks up the session index (the consumed ticket) of a site. */
  findBySessionIndex(
    siteId: string,
    sessionIndex: string,
    options: { readonly touch: boolean },
  ): Promise<FoundSession>;
  /** Looks up the valid session of a `uid`. */
  findByUid(uid: string): Promise<FoundSession>;
  /**
   * Stores the view of OpenID Connect clients and makes each a participant under its `sid`, in one statement, so that single
   * logout knows all of them. An ended session is not changed.
   *
   * @param clients changed clients, by client id
   * @param service address at which the client was entered
   */
  joinOidcClients(
    sessionId: string,
    clients: Readonly<Record<string, OidcClientSession>>,
    service: string,
  ): Promise<void>;
  /**
   * Sets the grant of a client in a session unless another request has changed it meanwhile: a session has one grant per
   * client.
   *
   * @param known grant that this request found, if any
   * @returns the present grant; `undefined` if the session has ended
   */
  claimOidcGrant(
    sessionId: string,
    clientId: string,
    grantId: string,
    known: string | undefined,
  ): Promise<string | undefined>;
  /** Valid sessions of a user, latest activity first. */
  listOf(personId: string): Promise<readonly SessionWithSites[]>;
  /** Changes `askBefore`. An ended session is not changed. */
  setAskBefore(sessionId: string, askBefore: boolean): Promise<void>;
  /**
   * Ends sessions, queues a logout delivery per site, and records each end in the audit trail, at once. Ended sessions are not
   * changed. The end of all sessions of a user, or of all but one, also voids the user's links and pending sign-ins, and makes
   * known browsers unknown: whoever used one of the sessions may have begun them.
   *
   * @param which one session (of this user only), all sessions of a user, or all but one
   * @param by the actor in the audit trail; absent: the operator or the user, by the reason
   * @returns ids of the sessions that this call ended
   */
  end(
    which:
      | { readonly token: string }
      | { readonly sessionId: string; readonly personId: string }
      | { readonly personId: string; readonly exceptSessionId?: string | undefined },
    reason: EndReason,
    by?: AuditActor,
  ): Promise<readonly string[]>;
  /** Ends up to `limit` sessions past their idle or absolute life; returns how many. */
  endExpired(limit: number): Promise<number>;
  /** Deletes sessions that ended a week ago and whose sites were notified; returns how many. */
  sweep(limit: number): Promise<number>;
}
