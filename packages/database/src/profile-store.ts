/** Ways in which a user can sign in, without their secrets. */
export interface SignInMethods {
  /** `null`: no password. */
  readonly password: { readonly changedAt: Date } | null;
}

/** A user's own data, as the account area shows and changes it. */
export interface ProfileStore {
  signInMethodsOf(personId: string): Promise<SignInMethods>;
}
