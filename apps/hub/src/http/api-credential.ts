/** An accepted credential and its scopes. */
export interface ApiCredential {
  readonly kind: "app-password" | "access-token";
  /** Public name, never the secret; of a token the client that has it. */
  readonly id: string;
  /** The user's name for it; for a token, the name of the client. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly expiresAt: Date;
}
