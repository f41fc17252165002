/** An accepted credential and its scopes. */
export interface ApiCredential {
  readonly kind: "app-password" | "access-token";
  /** Public id, never the secret; for a token, the id of the client. */
  readonly id: string;
  /** The user's name for it; for a token, the name of the client. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
}
