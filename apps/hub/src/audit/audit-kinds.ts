/** Kinds of audited events. */
export const auditKinds = [
  // Sessions. The database records starts and ends itself; a refused sign-in is recorded where it is refused.
  "sign-in",
  "sign-out",
  "session-ended",
  // Credentials.
  "password-changed",
  "password-reset",
  // By an operator; the password stays until the link is used.
  "reset-link-made",
  // By an operator: all links that the user has not used yet.
  "links-voided",
  "passkey-added",
  "passkey-renamed",
  "passkey-removed",
  "codes-on",
  "codes-off",
  "recovery-codes-made",
  "recovery-code-used",
  // By an operator: all factors at once.
  "second-step-reset",
  "provider-linked",
  "provider-unlinked",
  "app-password-made",
  "app-password-used",
  "app-password-revoked",
  // Sites.
  "consent-given",
  "consent-revoked",
  "token-issued",
  "token-revoked",
  // The account.
  "sign-up",
  "invitation",
  "email-changed",
  "profile-changed",
  "data-exported",
  "deletion-due",
  "deletion-cancelled",
  "account-deleted",
  "user-added",
  "user-disabled",
  "user-enabled",
  "groups-changed",
  // Operation of the hub.
  "keys-rotated",
  "site-added",
  "site-removed",
  "site-secret-renewed",
] as const;

export type AuditKind = (typeof auditKinds)[number];

/** Outcomes of a `sign-in` whose first step was right, and which then stopped or went on to the entry that follows. */
export const unfinishedOutcomes = ["factor_required", "set_up_required", "password_must_change"] as const;

export type UnfinishedOutcome = (typeof unfinishedOutcomes)[number];
