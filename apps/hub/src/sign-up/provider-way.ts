/** Sign-in with other providers, as the pages of new accounts use it. The room `upstream` provides it. */
import type { UpstreamAccount } from "@gatehouse/database";
import type { Call } from "../http/route.ts";

export interface ProvidersOfNewAccounts {
  /** Those that a user can choose instead of a password. A form with the page's link (`kind`, `link`) leads there. */
  readonly offers: readonly { readonly name: string; readonly action: string }[];
  /**
   * The account that the user has signed in to for this page, in this browser, in the last ten minutes.
   *
   * @param page path and query of the link
   */
  findProved(call: Call, page: string): ProviderWay | null;
  /** Removes the cookie that `findProved` reads. */
  readonly clear: string;
}

/** A proved account at another provider, as the first way to sign in of a new account. */
export interface ProviderWay {
  readonly account: UpstreamAccount & { readonly label: string };
  /** Name of the provider. */
  readonly provider: string;
  /** Suggestions for the form; empty: none. */
  readonly name: string;
  readonly username: string;
  /** Age of the sign-in at the provider, in seconds. */
  readonly secondsAgo: number;
}
