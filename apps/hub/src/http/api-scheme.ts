/** An authentication scheme of the hub's API. */
import type { Person } from "@gatehouse/database";
import type { ApiCredential, Call } from "./route.ts";

/** Reason for refusing a call of the API. */
export interface ApiRefusal {
  readonly status: 400 | 401 | 403 | 429;
  /** Stable, snake_case. */
  readonly code: string;
  /** Advice for the author of the program. */
  readonly message: string;
  /** Scope that the credential lacks. */
  readonly scope?: string;
  readonly retryInSeconds?: number;
}

export type ApiAuthentication =
  | { readonly outcome: "proved"; readonly person: Person; readonly credential: ApiCredential }
  | { readonly outcome: "refused"; readonly refusal: ApiRefusal };

/** @see RFC 9110, section 11 */
export interface ApiScheme {
  /** First word of the `Authorization` header, in any case. */
  readonly name: string;
  /**
   * The scheme's challenge.
   *
   * @param refusal of credentials of this scheme; absent: the call had none
   */
  challenge(refusal?: ApiRefusal): string;
  /** @param credentials the header's text after the scheme */
  prove(call: Call, credentials: string): Promise<ApiAuthentication>;
}
