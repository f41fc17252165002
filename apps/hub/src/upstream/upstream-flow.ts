/**
 * State of a sign-in with another provider, sealed in a cookie of the browser that began it: first the flow until the
 * provider's answer, then the account that the answer named until the user has connected it. Nothing is stored for a
 * sign-in that nobody finishes.
 */
import type { LoginTicketStore } from "@gatehouse/database";
import type { Cookies } from "../http/cookies.ts";
import { flowOf } from "../http/flow.ts";
import type { Call } from "../http/route.ts";
import { type HubKeys, randomToken } from "../settings/secret-keys.ts";
import type { Field } from "../sign-in/login-address.ts";
import type { FlowSecrets, UpstreamIdentity } from "./auth-engine.ts";

export interface UpstreamFlowNeeds {
  readonly cookies: Cookies;
  readonly clock: () => Date;
  readonly keys: Pick<HubKeys, "upstream">;
  readonly loginTickets: LoginTicketStore;
}

/** A sign-in that has gone to the provider. */
export interface UpstreamFlow {
  readonly provider: string;
  readonly secrets: FlowSecrets;
  /** Fields of the sign-in form, which name the destination. */
  readonly fields: readonly Field[];
  readonly rememberMe: boolean;
  readonly askBefore: boolean;
  /** The provider has to ask the user to sign in again. */
  readonly again: boolean;
  /** Id of the signed-in user who began it to connect the account; empty: it is a sign-in. */
  readonly connectsTo: string;
  /** Page of a mailed link on which a new user chose the provider instead of a password; empty: none. */
  readonly newAccount: string;
}

/** An account that the user has signed in to at its provider, and that is not connected to a user here. */
export interface ProvedAccount
  extends Pick<UpstreamIdentity, "id" | "label" | "name" | "username" | "authTime"> {
  readonly provider: string;
  readonly email: ProvedEmail | null;
  /** A user here has its address. Always false unless the address is proved. */
  readonly isKnownAddress: boolean;
  /** Page of the link with which the user creates an account; empty: none. */
  readonly newAccount: string;
  /** Id of the only user to whom it may be connected; empty: nobody was signed in when it was proved. */
  readonly connectsTo: string;
  /** Destination of the sign-in that led here; empty: the account page. */
  readonly fields: readonly Field[];
}

/** An address as the provider gave it, in the form that is stored. */
export interface ProvedEmail {
  readonly address: string;
  /** The provider has verified it, and the settings trust the provider to do so (`UPSTREAM_<ID>_TRUST_EMAIL`). */
  readonly isProved: boolean;
}

type Browser = Pick<Call, "header">;

const lifeSeconds = 600;
/** Browsers keep cookies of up to 4,096 bytes, name and attributes included. */
const longestCookie = 3_900;

/** @returns `null`: the destination is too long for a cookie */
export function writeFlow(needs: UpstreamFlowNeeds, browser: Browser, flow: UpstreamFlow): string[] | null {
  return write(needs, browser, "flow", flow);
}

export function readFlow(needs: UpstreamFlowNeeds, browser: Browser): UpstreamFlow | null {
  return read<UpstreamFlow>(needs, browser, "flow")?.content ?? null;
}

/** Consumes a flow by its state. @returns true once */
export function consumeFlow(
  { loginTickets }: UpstreamFlowNeeds,
  { secrets }: UpstreamFlow,
): Promise<boolean> {
  return loginTickets.consume(`upstream-${secrets.state}`, lifeSeconds * 2);
}

/** @returns `null`: the destination is too long for a cookie */
export function writeAccount(
  needs: UpstreamFlowNeeds,
  browser: Browser,
  account: ProvedAccount,
): string[] | null {
  return write(needs, browser, "account", account);
}

/** The account, and its id for `consumeAccount`. */
export function readAccount(
  needs: UpstreamFlowNeeds,
  browser: Browser,
): { readonly account: ProvedAccount; readonly id: string } | null {
  const found = read<ProvedAccount>(needs, browser, "account");
  return found && { account: found.content, id: found.id };
}

/** Consumes a proved account. @returns true once */
export function consumeAccount({ loginTickets }: UpstreamFlowNeeds, id: string): Promise<boolean> {
  return loginTickets.consume(`upstream-account-${id}`, lifeSeconds * 2);
}

interface Sealed<Content> {
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly content: Content;
}

function write(
  needs: UpstreamFlowNeeds,
  browser: Browser,
  stage: "flow" | "account",
  content: object,
): string[] | null {
  const flow = flowOf(needs, browser);
  const sealed: Sealed<object> = { id: randomToken(), at: needs.clock().getTime(), content };
  const cookie = needs.cookies.write(
    "upstream",
    needs.keys.upstream.seal(JSON.stringify(sealed), `${stage} ${flow.id}`),
    lifeSeconds,
  );
  return cookie.length > longestCookie ? null : [...flow.cookies, cookie];
}

function read<Content>(
  { clock, cookies, keys }: UpstreamFlowNeeds,
  browser: Browser,
  stage: "flow" | "account",
): Sealed<Content> | null {
  const header = browser.header("cookie");
  const boundTo = `${stage} ${cookies.read(header, "flow") ?? ""}`;
  const text = keys.upstream.open(cookies.read(header, "upstream") ?? "", boundTo);
  if (text === null) return null;
  const sealed = JSON.parse(text) as Sealed<Content>;
  const age = clock().getTime() - sealed.at;
  return age >= 0 && age <= lifeSeconds * 1000 ? sealed : null;
}
