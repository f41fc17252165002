/**
 * The hub's database: users, central sessions, tickets, tokens, the outbox of single logout. Contains the SQL, the
 * migrations and the embedded PostgreSQL; all times are those of the database's clock. The hub verifies passwords,
 * authorises, and runs the sweeps.
 */
export type {
  AppPassword,
  AppPasswordCreation,
  AppPasswordStore,
  FoundAppPassword,
} from "./app-password-store.ts";
export type {
  AttemptCounter,
  AttemptCounterStore,
  AttemptLimit,
  Ceiling,
  CountedAttempt,
  GrowingWait,
} from "./attempt-counter-store.ts";
export type {
  AuditActor,
  AuditEntry,
  AuditEvent,
  AuditEventStore,
  AuditFilter,
  ChainedEntry,
  ChainHead,
} from "./audit-event-store.ts";
export type {
  CentralSession,
  CentralSessionStore,
  EndReason,
  FoundSession,
  OidcClientSession,
  Person,
  SessionWithSites,
  SiteSession,
} from "./central-session-store.ts";
export type { ChangeRecord, MakeRecord } from "./change-record.ts";
export type { Consent, ConsentStore, FoundConsent } from "./consent-store.ts";
export type { Database } from "./database.ts";
export { DatabaseError, type DatabaseErrorCode } from "./database-error.ts";
export type { AllowedPermissions, Decision, DecisionStore } from "./decision-store.ts";
export type { DisconnectedApps } from "./disconnected-apps.ts";
export { hasEmbeddedDatabase } from "./embedded/data-folder.ts";
export type { FactorStore, Factors, FactorsRemoved, RemovalFault } from "./factor-store.ts";
export type { LoginTicketStore } from "./login-ticket-store.ts";
export type { DeliveryOutcome, LogoutDelivery, LogoutDeliveryStore } from "./logout-delivery-store.ts";
export type { ListedMail, MailOutcome, MailStore, NewMail, QueuedMail, RenderedMail } from "./mail-store.ts";
export type {
  ArtifactName,
  FoundArtifact,
  GrantInUse,
  OidcArtifact,
  OidcArtifactStore,
} from "./oidc-artifact-store.ts";
export { type DatabaseOptions, openDatabase } from "./open-database.ts";
export { mostPasskeys, type NewPasskey, type Passkey, type PasskeyStore } from "./passkey-store.ts";
export type {
  PasswordChanged,
  PasswordStore,
  StoredPassword,
  WaitingSignIn,
} from "./password-store.ts";
export type {
  BegunSignIn,
  FactorProof,
  PendingSignIn,
  PendingSignInStore,
} from "./pending-sign-in-store.ts";
export {
  type ListedPerson,
  type NewPassword,
  PersonExists,
  PersonGone,
  type PersonStore,
  type PersonWithPassword,
} from "./person-store.ts";
export { poolEvents } from "./pool-events.ts";
export type {
  ExportedAccount,
  Picture,
  ProfileStore,
  RequestedDeletion,
  SignInMethods,
} from "./profile-store.ts";
export type { RefreshExchange, RefreshExchangeStore } from "./refresh-exchange-store.ts";
export type { SigningKey, SigningKeyStore } from "./signing-key-store.ts";
export type {
  LinkedUpstreamAccount,
  UpstreamAccount,
  UpstreamAccountStore,
} from "./upstream-account-store.ts";
export type {
  EmailChanged,
  FirstCredential,
  LinkPurpose,
  NewEmail,
  SignedUp,
  UsableLink,
  VerificationToken,
  VerificationTokenStore,
  VoidedLinks,
} from "./verification-token-store.ts";
