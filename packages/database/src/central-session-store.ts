/** A person as the hub's rooms see her. */
export interface Person {
  readonly id: string;
  /** Lower case, unique; what CAS calls the user. */
  readonly username: string;
  readonly name: string;
  readonly email: string;
  readonly operator: boolean;
  /** The user's groups. */
  readonly groups: readonly string[];
  readonly disabled: boolean;
}

/** Why a central session is over. Words for people are made of these in the hub's screens. */
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
  /** The name under which client and hub know it: `sid` of its tokens. */
  readonly sid?: string;
  readonly grantId?: string;
}

/** A living central session. */
export interface CentralSession {
  /** Public name of the session; never its token. */
  readonly id: string;
  readonly person: Person;
  readonly startedAt: Date;
  /** When the person last proved who she is. */
  readonly authenticatedAt: Date;
  /** At most a minute behind the truth (activity is written once a minute). */
  readonly lastActivityAt: Date;
  readonly idleExpiresAt: Date;
  readonly expiresAt: Date;
  readonly longTerm: boolean;
  /** She wants to be asked before another site is told who she is. */
  readonly askBefore: boolean;
  /** Stays when the same person proves herself again in the same browser; what OpenID Connect calls the session. */
  readonly uid: string;
  /** By client id. */
  readonly oidcClients: Readonly<Record<string, OidcClientSession>>;
  readonly userAgent: string;
  readonly address: string;
}

/** Result of looking up a browser's token. */
export type FoundSession =
  | {
      readonly state: "alive";
      readonly session: CentralSession;
      /** Where it was asked for: the payload of the grant that an OpenID Connect client has in it. */
      readonly grant?: Readonly<Record<string, unknown>>;
    }
  | { readonly state: "ended"; readonly reason: EndReason; readonly username: string }
  | { readonly state: "unknown" };

/** A site that holds a sign-in of a central session. */
export interface SiteSession {
  readonly siteId: string;
  readonly service: string;
  readonly startedAt: Date;
  readonly lastActivityAt: Date;
}

/** A living session with the sites that live from it, for the account page. */
export interface SessionWithSites extends CentralSession {
  readonly sites: readonly SiteSession[];
}

/**
 * The central session: one row a browser, its token only as a hash, its life decided by
 * the database's clock. Ending goes one way for every reason, and the same statement
 * that ends a session queues the message to each of its sites.
 */
export interface CentralSessionStore {
  /**
   * Starts a session and ends the previous one of the same browser (`replaced`).
   * A previous session of the *same person* hands its sites over to the new one and they are
   * not told; the sites of another person's session are told.
   *
   * @throws PersonGone when the person is disabled or removed
   * @param start.token 256 random bits, `TGT-…`; kept as a hash
   * @param start.previousToken the token the browser came with, if any
   */
  start(start: {
    readonly personId: string;
    readonly token: string;
    readonly previousToken?: string | undefined;
    readonly userAgent: string;
    readonly address: string;
    readonly longTerm: boolean;
    /** She wants to be asked before another site is told who she is; absent: no. */
    readonly askBefore?: boolean | undefined;
    /** Age of the proof that the session starts from, in seconds; absent: 0. It sets `authenticatedAt`. */
    readonly provedSecondsAgo?: number | undefined;
  }): Promise<CentralSession>;
  /**
   * What a token stands for. A session found idle or too old is `ended` with that reason even
   * before the sweep ends its row. `touch` counts as activity (written at most once a minute).
   *
   * @param options.grantOf an OpenID Connect client whose living grant comes along
   */
  find(
    token: string,
    options: { readonly touch: boolean; readonly grantOf?: string | undefined },
  ): Promise<FoundSession>;
  /** The same for a site that knows the session by its session index (the spent ticket). */
  findBySessionIndex(
    siteId: string,
    sessionIndex: string,
    options: { readonly touch: boolean },
  ): Promise<FoundSession>;
  /** The living session of a `uid`. */
  findByUid(uid: string): Promise<FoundSession>;
  /**
   * Writes down what OpenID Connect clients know of a session, and makes each of them a participant under its `sid`,
   * in one statement, so that single logout knows of all of them. A session that has ended is left as it is.
   *
   * @param clients those that changed, by client id; others stay as they are. `service` is where the client was entered
   */
  joinOidcClients(
    sessionId: string,
    clients: Readonly<Record<string, OidcClientSession>>,
    service: string,
  ): Promise<void>;
  /**
   * Gives a client its grant in a session, unless another request has given it one meanwhile: tokens of two grants
   * would not live side by side.
   *
   * @param known the grant that this request found there, if any
   * @returns the grant that it has; `undefined`: the session has ended
   */
  claimOidcGrant(
    sessionId: string,
    clientId: string,
    grantId: string,
    known: string | undefined,
  ): Promise<string | undefined>;
  /** Living sessions of a person, latest activity first. */
  listOf(personId: string): Promise<readonly SessionWithSites[]>;
  /** She is not asked any more before a site learns who she is. A session that has ended is left as it is. */
  stopAskingBefore(sessionId: string): Promise<void>;
  /**
   * Ends sessions and queues a logout delivery per site, in one statement. Ending what has ended
   * already changes nothing.
   *
   * @param which one session (of that person only), all of a person, or all but one
   * @returns the ids that this call ended
   */
  end(
    which:
      | { readonly token: string }
      | { readonly sessionId: string; readonly personId: string }
      | { readonly personId: string; readonly exceptSessionId?: string | undefined },
    reason: EndReason,
  ): Promise<readonly string[]>;
  /** Ends, in batches of `limit`, what is past its idle or absolute life; returns how many. */
  endExpired(limit: number): Promise<number>;
  /** Deletes rows ended longer ago than a person could still ask why; returns how many. */
  sweep(limit: number): Promise<number>;
}
