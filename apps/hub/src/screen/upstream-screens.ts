/** Models of the pages of sign-in with other providers. */

/** The account at the provider is not connected to a user here. */
export interface UpstreamUnknownScreen {
  /** Name of the provider. */
  readonly provider: string;
  /** Name of the account at the provider; empty: not told. */
  readonly label: string;
  /** A user here has the verified address of that account. */
  readonly isKnownAddress: boolean;
  /** Page that connects the account, after an ordinary sign-in. */
  readonly connect: string;
  /** The sign-in page. */
  readonly back: string;
}

/** Asks whether to connect the account at the provider to the signed-in user. */
export interface UpstreamConnectScreen {
  readonly provider: string;
  readonly label: string;
  readonly person: { readonly name: string; readonly username: string };
  readonly action: string;
  /** Anti-forgery token of the form, posted as `token`. */
  readonly token: string;
  readonly back: string;
}
