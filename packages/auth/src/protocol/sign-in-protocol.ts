import type { IdentifiedUser } from "../session/sealed-session.ts";
import type { Settings } from "../settings/settings.ts";
import type { SignInFlow } from "./sign-in-flow.ts";

/** The parameters of a callback. */
export interface FlowReturn {
  readonly flow: SignInFlow;
  /** Has to match the state cookie. */
  readonly state: string;
  /** The ticket or code, consumed by the exchange; null when the hub gave none. */
  readonly ticket: string | null;
  /** The error to report when there is none; absent when the hub only did not know the user. */
  readonly refusal?: Error;
}

/** Input for the address at the hub that starts a sign-in. */
interface AuthenticationAsk {
  readonly flow: SignInFlow;
  /** The address that next-auth made, with its state. */
  readonly prepared: URL;
  /** Reason for asking again; the hub uses it for its words only. */
  readonly reason: string | null;
}

/** One exchange of a ticket or code for a user. */
export interface Exchange {
  readonly flow: SignInFlow;
  readonly state: string;
  readonly ticket: string;
  /** Called with the user that the hub named, who is not signed in before next-auth agrees. */
  identified(user: IdentifiedUser): void;
}

/** Configuration of the hub for next-auth. */
export interface ProviderParts {
  readonly type: "oauth" | "oidc";
  readonly checks: ("state" | "pkce" | "nonce")[];
  /** The rest of next-auth's provider. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Sends every request that next-auth makes. */
  fetch(url: string, init: RequestInit): Promise<Response>;
}

/**
 * The part of a sign-in that differs between protocols. Cookies, checks, reasons, pages and logs are the same for all and
 * know nothing of tickets or tokens.
 */
export interface SignInProtocol {
  /** @param exchange null while a sign-in begins, when nothing is consumed. One attempt, never repeated. */
  provider(settings: Settings, exchange: Exchange | null): ProviderParts;
  /** Address at the hub that starts a sign-in. */
  authenticationUrl(settings: Settings, ask: AuthenticationAsk): string;
  /**
   * Reads a callback's query; null when this site did not start it.
   *
   * @throws {GatehouseAuthError} when it was changed on the way
   */
  parseReturn(settings: Settings, query: URLSearchParams): FlowReturn | null;
  /** Address at the hub that ends the central session. */
  signOutUrl(settings: Settings, sessionIndex: string | null): string;
  /**
   * The session index that a logout request's raw body names.
   *
   * @throws {GatehouseAuthError} when it is malformed or not authentic
   */
  parseLogoutRequest(settings: Settings, body: Uint8Array): Promise<string>;
}
