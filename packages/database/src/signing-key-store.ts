/** A key that tokens are signed with, its private half sealed. */
export interface SigningKey {
  readonly kid: string;
  /** `ES256` or `RS256`. */
  readonly algorithm: string;
  /** The private key as JWK, sealed by `HUB_SECRETS`; for a retired key, its public half. */
  readonly sealed: string;
  /** From when on it signs; it was published before. */
  readonly signsFrom: Date;
  /** Until when it is published; `null`: no newer one has taken over. */
  readonly publishedUntil: Date | null;
}

/** Signing keys, decided by the database's clock. */
export interface SigningKeyStore {
  /**
   * `keys` are published: first those that sign, newest first. `retired` are no longer published, and kept to verify what
   * they signed.
   */
  list(): Promise<{
    readonly now: Date;
    readonly keys: readonly SigningKey[];
    readonly retired: readonly SigningKey[];
  }>;
  /**
   * Adds a key, unless another process was quicker.
   *
   * @param key.waitSeconds until it signs; the ones before it stay published `key.overlapSeconds` longer than that
   * @param key.unlessNewerThanSeconds adds nothing when a key of the algorithm was made since
   * @returns whether it was added
   */
  add(key: {
    readonly kid: string;
    readonly algorithm: string;
    readonly sealed: string;
    readonly waitSeconds: number;
    readonly overlapSeconds: number;
    readonly unlessNewerThanSeconds: number;
  }): Promise<boolean>;
  /** Puts a key under another seal. */
  reseal(kid: string, sealed: string): Promise<void>;
  /** Deletes keys retired more than 400 days ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
