import type { ProxyGrantingTicketRegistry, TicketRegistry } from "@gatehouse/cas/server";
import type { AppPasswordStore } from "./app-password-store.ts";
import type { AttemptCounterStore } from "./attempt-counter-store.ts";
import type { AuditEventStore } from "./audit-event-store.ts";
import type { CentralSessionStore } from "./central-session-store.ts";
import type { ConsentStore } from "./consent-store.ts";
import type { DecisionStore } from "./decision-store.ts";
import type { FactorStore } from "./factor-store.ts";
import type { LoginTicketStore } from "./login-ticket-store.ts";
import type { LogoutDeliveryStore } from "./logout-delivery-store.ts";
import type { MailStore } from "./mail-store.ts";
import type { OidcArtifactStore } from "./oidc-artifact-store.ts";
import type { PasskeyStore } from "./passkey-store.ts";
import type { PasswordStore } from "./password-store.ts";
import type { PendingSignInStore } from "./pending-sign-in-store.ts";
import type { PersonStore } from "./person-store.ts";
import type { ProfileStore } from "./profile-store.ts";
import type { RefreshExchangeStore } from "./refresh-exchange-store.ts";
import type { SigningKeyStore } from "./signing-key-store.ts";
import type { UpstreamAccountStore } from "./upstream-account-store.ts";
import type { VerificationTokenStore } from "./verification-token-store.ts";

/** The stores of an open database. All of them share one pool, which callers cannot reach. */
export interface Database {
  /** Whether a connection pooler is in front of PostgreSQL. */
  readonly pooled: boolean;
  readonly people: PersonStore;
  readonly profiles: ProfileStore;
  readonly passwords: PasswordStore;
  readonly sessions: CentralSessionStore;
  readonly pendingSignIns: PendingSignInStore;
  readonly factors: FactorStore;
  readonly tickets: TicketRegistry;
  readonly proxyGrantingTickets: ProxyGrantingTicketRegistry;
  readonly oidcArtifacts: OidcArtifactStore;
  readonly refreshExchanges: RefreshExchangeStore;
  readonly consents: ConsentStore;
  readonly decisions: DecisionStore;
  readonly signingKeys: SigningKeyStore;
  readonly appPasswords: AppPasswordStore;
  readonly passkeys: PasskeyStore;
  readonly upstreamAccounts: UpstreamAccountStore;
  readonly loginTickets: LoginTicketStore;
  readonly logoutDeliveries: LogoutDeliveryStore;
  readonly mails: MailStore;
  readonly attemptCounters: AttemptCounterStore;
  readonly verificationTokens: VerificationTokenStore;
  readonly auditEvents: AuditEventStore;
  /** Whether PostgreSQL answers within two seconds; for `/readyz`. */
  isReady(): Promise<boolean>;
  /** Deletes up to `limit` expired rows of each store; returns how many in all. */
  sweep(limit: number): Promise<number>;
  /** Closes the connections, and stops the embedded PostgreSQL if this process started it. */
  close(): Promise<void>;
}
