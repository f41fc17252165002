import { RecordedChanges } from "./change-record.ts";
import { connectToUrl, explainConnectionError } from "./connect-to-url.ts";
import type { Database } from "./database.ts";
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./embedded/embedded-postgres.ts";
import { watchEmbeddedPostgres } from "./embedded/watch-embedded-postgres.ts";
import { hubClockAhead, setHubClock } from "./hub-clock.ts";
import { migrate } from "./migrate.ts";
import { PostgresAppPasswordStore } from "./postgres-app-password-store.ts";
import { PostgresAttemptCounterStore } from "./postgres-attempt-counter-store.ts";
import { PostgresCentralSessionStore, type SessionLife } from "./postgres-central-session-store.ts";
import {
  connectOnce,
  isPooled,
  type Pool,
  type PoolLog,
  type PostgresAddress,
} from "./postgres-connection.ts";
import { PostgresConsentStore } from "./postgres-consent-store.ts";
import { PostgresDecisionStore } from "./postgres-decision-store.ts";
import { PostgresFactorStore } from "./postgres-factor-store.ts";
import { PostgresLoginTicketStore } from "./postgres-login-ticket-store.ts";
import { PostgresLogoutDeliveryStore } from "./postgres-logout-delivery-store.ts";
import { PostgresMailStore } from "./postgres-mail-store.ts";
import { PostgresOidcArtifactStore } from "./postgres-oidc-artifact-store.ts";
import { PostgresPasskeyStore } from "./postgres-passkey-store.ts";
import { PostgresPersonStore } from "./postgres-person-store.ts";
import { openPool } from "./postgres-pool.ts";
import { PostgresProxyGrantingTicketRegistry } from "./postgres-proxy-granting-ticket-registry.ts";
import { PostgresRefreshExchangeStore } from "./postgres-refresh-exchange-store.ts";
import { PostgresSigningKeyStore } from "./postgres-signing-key-store.ts";
import { PostgresTicketRegistry } from "./postgres-ticket-registry.ts";
import { PostgresVerificationTokenStore } from "./postgres-verification-token-store.ts";
import { PrismaAuditEventStore } from "./prisma-audit-event-store.ts";
import { openPrisma } from "./prisma-client.ts";
import { PrismaPasswordStore } from "./prisma-password-store.ts";
import { PrismaPendingSignInStore } from "./prisma-pending-sign-in-store.ts";
import { PrismaProfileStore } from "./prisma-profile-store.ts";
import { PrismaUpstreamAccountStore } from "./prisma-upstream-account-store.ts";
import type { SilenceLimits } from "./silence.ts";
import { poolKey } from "./test-pool.ts";

export interface DatabaseOptions extends SessionLife {
  /** PostgreSQL to use; absent: the embedded one in `dataDirectory`. */
  readonly url?: string | undefined;
  readonly dataDirectory: string;
  /** Receives progress messages for the terminal. */
  readonly onProgress?: ((text: string) => void) | undefined;
  readonly log?: PoolLog | undefined;
  /** Called after a mail was queued. */
  readonly onMailQueued?: (() => void) | undefined;
  /** Limits for detecting a silent database; for tests. */
  readonly silence?: SilenceLimits | undefined;
}

/**
 * Opens the database: starts the embedded PostgreSQL if no URL is given, applies missing migrations, and resets a clock that
 * a test moved.
 *
 * @throws DatabaseError with message and fix for every cause that an operator can mend
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const embedded = options.url
    ? undefined
    : await openEmbeddedPostgres(options.dataDirectory, options.onProgress);
  try {
    const address = options.url ? { url: options.url } : (embedded as EmbeddedPostgres).address;
    const { pooled } = await prepare(address, options);
    if (pooled)
      options.log?.({ event: "database.pooled", detail: "a connection pooler is in front of PostgreSQL" });
    const pool = openPool(address, { log: options.log, pooled, silence: options.silence });
    await putClockRight(pool, options.log);
    const watch = embedded && watchEmbeddedPostgres(embedded, pool, options);
    return stores(pool, pooled, options, async () => {
      // From here on lost connections are expected.
      pool.removeAllListeners("error").on("error", () => undefined);
      await pool.end();
      await (watch ?? embedded)?.stop();
    });
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function prepare(address: PostgresAddress, options: DatabaseOptions): Promise<{ pooled: boolean }> {
  const client = "url" in address ? await connectToUrl(address.url) : await connectOnce(address);
  try {
    const applied = await migrate(client);
    if (applied.length > 0) {
      options.onProgress?.(`Applied ${applied.length} database migration${applied.length === 1 ? "" : "s"}`);
    }
    return { pooled: await isPooled(client) };
  } catch (error) {
    throw "url" in address ? explainConnectionError(error, address.url) : error;
  } finally {
    await client.end();
  }
}

async function putClockRight(pool: Pool, log: PoolLog | undefined): Promise<void> {
  const ahead = await hubClockAhead(pool);
  if (ahead !== 0) {
    log?.({
      event: "database-clock.corrected",
      detail: `a test had left it ${Math.round(ahead)} seconds ahead`,
    });
    await setHubClock(pool, () => 0);
  }
}

function stores(
  pool: Pool,
  pooled: boolean,
  { onMailQueued = () => undefined, ...life }: SessionLife & Pick<DatabaseOptions, "onMailQueued">,
  close: () => Promise<void>,
): Database & { readonly [poolKey]: Pool } {
  const prisma = openPrisma(pool);
  const changes = new RecordedChanges(prisma, onMailQueued);
  const sessions = new PostgresCentralSessionStore(pool, prisma, life);
  const pendingSignIns = new PrismaPendingSignInStore(prisma, changes, life);
  const tickets = new PostgresTicketRegistry(pool);
  const loginTickets = new PostgresLoginTicketStore(pool);
  const logoutDeliveries = new PostgresLogoutDeliveryStore(pool, prisma);
  const mails = new PostgresMailStore(prisma, onMailQueued);
  const oidcArtifacts = new PostgresOidcArtifactStore(pool);
  const refreshExchanges = new PostgresRefreshExchangeStore(pool);
  const signingKeys = new PostgresSigningKeyStore(pool);
  const consents = new PostgresConsentStore(pool);
  const appPasswords = new PostgresAppPasswordStore(pool, changes);
  const attemptCounters = new PostgresAttemptCounterStore(pool);
  const verificationTokens = new PostgresVerificationTokenStore(prisma, changes);
  return {
    [poolKey]: pool,
    pooled,
    people: new PostgresPersonStore(pool, prisma, changes),
    profiles: new PrismaProfileStore(prisma, changes),
    passwords: new PrismaPasswordStore(prisma, changes),
    sessions,
    pendingSignIns,
    factors: new PostgresFactorStore(pool, prisma, changes),
    tickets,
    proxyGrantingTickets: new PostgresProxyGrantingTicketRegistry(pool),
    oidcArtifacts,
    refreshExchanges,
    consents,
    decisions: new PostgresDecisionStore(pool),
    signingKeys,
    appPasswords,
    passkeys: new PostgresPasskeyStore(pool, prisma, changes),
    upstreamAccounts: new PrismaUpstreamAccountStore(prisma, changes),
    loginTickets,
    logoutDeliveries,
    mails,
    attemptCounters,
    verificationTokens,
    auditEvents: new PrismaAuditEventStore(prisma),
    isReady: () => isReady(pool),
    sweep: async (limit) => {
      const stores = [
        sessions,
        pendingSignIns,
        tickets,
        loginTickets,
        logoutDeliveries,
        mails,
        oidcArtifacts,
        refreshExchanges,
        signingKeys,
        appPasswords,
        consents,
        attemptCounters,
        verificationTokens,
      ];
      // One after another, so that sweeps occupy one connection of the pool only.
      let swept = 0;
      for (const store of stores) swept += await store.sweep(limit);
      return swept;
    },
    close: async () => {
      await prisma.$disconnect();
      await close();
    },
  };
}

async function isReady(pool: Pool): Promise<boolean> {
  const late = new Promise<false>((resolve) => setTimeout(resolve, 2_000, false).unref());
  const answered = pool.query("SELECT hub_now()").then(
    () => true,
    () => false,
  );
  return Promise.race([answered, late]);
}
