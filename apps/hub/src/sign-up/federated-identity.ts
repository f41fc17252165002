/** Interface of the pages of new accounts to other providers. The room `upstream`, which imports this one, implements it. */
import type { UpstreamAccount } from "@gatehouse/database";
import type { Call } from "../http/route.ts";

export interface ProvidersOfNewAccounts {
  /** Providers that a user can choose instead of a password. A form with `kind` and `link` of the page posts to `action`. */
  readonly offers: readonly { readonly name: string; readonly action: string }[];
  /**
   * Finds the account that the user signed in to for this page, in this browser, within the last ten minutes.
   *
   * @param page path and query of the link
   */
  findProved(call: Call, page: string): FederatedIdentity | null;
  /** Removes the cookie that `findProved` reads. */
  readonly clear: string;
}

/** A proved account at another provider, which becomes the first way to sign in to a new account. */
export interface FederatedIdentity {
  readonly account: UpstreamAccount & { readonly label: string };
  /** Name of the provider. */
  readonly provider: string;
  /** Suggestions for the form; empty: none. */
  readonly name: string;
  readonly username: string;
  /** Age of the sign-in at the provider, in seconds. */
  readonly secondsAgo: number;
}
