import type { Settings } from "./settings.ts";
import type { SignInFlow } from "./sign-in-flow.ts";

/** Whom the hub says it is. */
export interface RecognisedPerson {
  /** Stable for the life of the account; what a site keeps its records by. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  /** The hub's name for this sign-in: what it asks about and what a logout request names. */
  readonly sessionIndex: string;
}

/** Why the hub should ask again; a hint for its words, never a decision. */
interface AuthenticationAsk {
  readonly flow: SignInFlow;
  readonly state: string;
  readonly reason: string | null;
}

/**
 * What differs between protocols. Cookies, checks, reasons, pages and logs are the
 * same for all and know nothing of tickets or tokens.
 */
export interface SignInProtocol {
  /** Where the browser goes to sign in. */
  authenticationUrl(settings: Settings, ask: AuthenticationAsk): string;
  /** Exchanges what came back for a person. One attempt, never repeated: it is single-use. */
  exchange(settings: Settings, service: string, ticket: string): Promise<RecognisedPerson>;
  /** Where the browser goes to end the central session. */
  signOutUrl(settings: Settings): string;
  /** The session index that a logout request's raw body names, or null when it is not one. */
  parseLogoutRequest(body: Uint8Array): string | null;
}
