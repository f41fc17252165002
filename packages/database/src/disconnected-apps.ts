/** Apps that were disconnected together. */
export interface DisconnectedApps {
  /** Ids of the sites. */
  readonly sites: readonly string[];
  /** Names of the app passwords. */
  readonly appPasswords: readonly string[];
}
