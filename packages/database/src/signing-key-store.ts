/** Signing key of tokens; the private key is encrypted. */
export interface SigningKey {
  readonly kid: string;
  /** `ES256` or `RS256`. */
  readonly algorithm: string;
  /** Private key as JWK, encrypted with `HUB_SECRETS`; public key of a retired one. */
  readonly sealed: string;
  /** Start of signing; the key is published earlier. */
  readonly signsFrom: Date;
  /** End of publication; `null` while no newer key has replaced it. */
  readonly publishedUntil: Date | null;
}

/** Signing keys; times are those of the database's clock. */
export interface SigningKeyStore {
  /**
   * `keys` are published: signing ones first, newest first. `retired` are unpublished and kept to verify old signatures.
   */
  list(): Promise<{
    readonly now: Date;
    readonly keys: readonly SigningKey[];
    readonly retired: readonly SigningKey[];
  }>;
  /**
   * Adds a key unless another process has just added one.
   *
   * @param key.waitSeconds delay until it signs; earlier keys stay published `key.overlapSeconds` longer
   * @param key.unlessNewerThanSeconds adds nothing if the algorithm has a key younger than this
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
  /** Replaces the encrypted key, after a change of `HUB_SECRETS`. */
  reseal(kid: string, sealed: string): Promise<void>;
  /** Deletes keys retired more than 400 days ago; returns how many. */
  sweep(limit: number): Promise<number>;
}
