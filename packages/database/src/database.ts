import type { ProxyGrantingTicketRegistry, TicketRegistry } from "@gatehouse/cas/server";
import type { AppPasswordStore } from "./app-password-store.ts";
import type { AuthAdapter } from "./auth-adapter.ts";
import type { CentralSessionStore } from "./central-session-store.ts";
import type { ConsentStore } from "./consent-store.ts";
import type { DecisionStore } from "./decision-store.ts";
import type { LoginTicketStore } from "./login-ticket-store.ts";
import type { LogoutDeliveryStore } from "./logout-delivery-store.ts";
import type { OidcArtifactStore } from "./oidc-artifact-store.ts";
import type { PersonStore } from "./person-store.ts";
import type { Pool } from "./postgres-pool.ts";
import type { PrismaClient } from "./prisma-client.ts";
import type { RefreshExchangeStore } from "./refresh-exchange-store.ts";
import type { SigningKeyStore } from "./signing-key-store.ts";
import type { TestClock } from "./test-clock.ts";

/** The hub's memory, open: one pool, and every store on it. */
export interface Database {
  /** For what brings its own SQL (the rate limiter, whose table is `rate_limits`). */
  readonly pool: Pool;
  /** Whether a connection pooler is in front of PostgreSQL. */
  readonly pooled: boolean;
  readonly prisma: PrismaClient;
  readonly authAdapter: AuthAdapter;
  readonly people: PersonStore;
  readonly sessions: CentralSessionStore;
  readonly tickets: TicketRegistry;
  readonly proxyGrantingTickets: ProxyGrantingTicketRegistry;
  readonly oidcArtifacts: OidcArtifactStore;
  readonly refreshExchanges: RefreshExchangeStore;
  readonly consents: ConsentStore;
  readonly decisions: DecisionStore;
  readonly signingKeys: SigningKeyStore;
  readonly appPasswords: AppPasswordStore;
  readonly loginTickets: LoginTicketStore;
  readonly logoutDeliveries: LogoutDeliveryStore;
  readonly testClock: TestClock;
  /** Whether it answers within two seconds; for `/readyz`. */
  isReady(): Promise<boolean>;
  /** Deletes up to `limit` rows of each kind that nobody needs any more; returns how many in all. */
  sweep(limit: number): Promise<number>;
  /** Ends the connections, and the embedded PostgreSQL when this process started it. */
  close(): Promise<void>;
}
