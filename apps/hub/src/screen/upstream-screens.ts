/** Models of the pages of sign-in with other providers. */

/** The account at the provider is not connected to a user here. */
export interface UpstreamUnknownScreen {
  /** Name of the provider. */
  readonly provider: string;
  /** Name of the account at the provider; empty: not told. */
  readonly label: string;
  readonly signUp: UpstreamSignUp;
  /** Page that connects the account, after an ordinary sign-in. */
  readonly connect: string;
  /** The sign-in page. */
  readonly back: string;
}

/** Whether the user can create an account here with the account at the provider. */
export type UpstreamSignUp =
  /** The form leads to the page that creates one with this address, which is proved. */
  | {
      readonly mode: "form";
      readonly email: string;
      readonly action: string;
      readonly hidden: readonly { readonly name: string; readonly value: string }[];
    }
  /** The address has to be proved by a mailed link first. */
  | { readonly mode: "mail"; readonly href: string }
  /** Invited users only, from the page of their link. */
  | { readonly mode: "invitation" }
  | { readonly mode: "off" }
  /** There is an account here with the proved address. */
  | { readonly mode: "known-address" };

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
