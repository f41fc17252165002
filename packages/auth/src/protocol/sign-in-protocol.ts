import type { Settings } from "../settings/settings.ts";
import type { SignInFlow } from "./sign-in-flow.ts";

/** Whom the hub says it is. */
export interface RecognisedPerson {
  /** Stable for the life of the account; what a site keeps its records by. */
  readonly id: string;
  readonly username: string;
  readonly name: string;
  readonly email: string | null;
  readonly groups: readonly string[];
  /** The hub's name for this sign-in: what it asks about and what a logout request names. */
  readonly sessionIndex: string;
  /** When she last proved who she is, in seconds by this machine's clock; null when the hub does not say. */
  readonly authenticatedAt: number | null;
}

/** What came back on the callback. */
export interface FlowReturn {
  readonly flow: SignInFlow;
  /** What the state cookie has to agree with. */
  readonly state: string;
  /** The ticket or code, spent by asking; null when the hub gave none. */
  readonly ticket: string | null;
  /** Why there is none, when somebody has to be told. The hub not knowing her is no failure. */
  readonly refusal?: Error;
}

/** Why the hub should ask again; a hint for its words, never a decision. */
interface AuthenticationAsk {
  readonly flow: SignInFlow;
  /** As next-auth would send the browser there, with its state. */
  readonly prepared: URL;
  readonly reason: string | null;
}

/** One exchange of what came back for a person. */
export interface Exchange {
  readonly flow: SignInFlow;
  readonly state: string;
  readonly ticket: string;
  /** Called before the hub is asked: from here on it was not the state. */
  begun(): void;
  /** Called with whom the hub named. She is not signed in before next-auth agrees. */
  recognised(person: RecognisedPerson): void;
}

/** What next-auth is told of the hub. */
export interface ProviderParts {
  readonly type: "oauth" | "oidc";
  readonly checks: ("state" | "pkce" | "nonce")[];
  /** The rest of a provider as next-auth wants it. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Takes every request that next-auth makes. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/**
 * What differs between protocols. Cookies, checks, reasons, pages and logs are the
 * same for all and know nothing of tickets or tokens.
 */
export interface SignInProtocol {
  /** @param exchange null while a sign-in begins: nothing is spent then. One attempt, never repeated. */
  provider(settings: Settings, exchange: Exchange | null): ProviderParts;
  /** Where the browser goes to sign in. */
  authenticationUrl(settings: Settings, ask: AuthenticationAsk): string;
  /**
   * Reads a callback's query, or null when it is not one of ours.
   * @throws {GatehouseAuthError} when it is, and was changed on the way
   */
  parseReturn(settings: Settings, query: URLSearchParams): FlowReturn | null;
  /** Where the browser goes to end the central session. */
  signOutUrl(settings: Settings, sessionIndex: string | null): string;
  /**
   * The session index that a logout request's raw body names.
   * @throws {GatehouseAuthError} when it is not one, or not to be believed
   */
  parseLogoutRequest(settings: Settings, body: Uint8Array): Promise<string>;
}
