/**
 * The login form's own state. Nothing is stored for a form that is shown: the login ticket is signed and
 * bound to the browser's flow cookie, and only a spent one is remembered, until it would have expired.
 */
import { createTicketId } from "@gatehouse/cas/server";
import type { Call } from "../http/route.ts";
import type { Hub } from "../hub.ts";
import type { LoginErrorCode, LoginScreen } from "../screen.ts";
import { randomToken } from "../secret-keys.ts";

/** A form may stand open over a lunch. */
const formLifeSeconds = 3600;

/** Content for the next form, carried from one response to the next request in a sealed cookie. */
export interface LoginNote {
  /** The central session that a site just had ended, for the page that says so. */
  readonly ended?: string;
  /** That site. */
  readonly askedBy?: string;
  readonly username?: string;
  readonly rememberMe?: boolean;
  readonly askBefore?: boolean;
  readonly reason?: LoginScreen["reason"];
  readonly error?: {
    readonly code: LoginErrorCode;
    readonly reference: string;
    readonly retryInSeconds?: number;
  };
}

/** Sources of a browser's flow. */
export interface FlowOwner extends Pick<Call, "header"> {
  readonly hub: Pick<Hub, "cookies" | "keys">;
}

/** Whether the browser was shown a form or is signed in. */
export function keepsCookies(call: Call): boolean {
  const sent = (name: "flow" | "session") => call.hub.cookies.read(call.header("cookie"), name) !== undefined;
  return sent("flow") || sent("session");
}

/** The browser's flow, made on the first form. */
export function flowOf(call: FlowOwner): { readonly id: string; readonly cookies: readonly string[] } {
  const sent = call.hub.cookies.read(call.header("cookie"), "flow");
  if (sent !== undefined && /^[0-9a-f]{64}$/.test(sent)) return { id: sent, cookies: [] };
  const { id, cookie } = freshFlow(call.hub);
  return { id, cookies: [cookie] };
}

/** Starts a new flow: earlier forms become invalid, and their notes unreadable. */
export function freshFlow(hub: Pick<Hub, "cookies">): { readonly id: string; readonly cookie: string } {
  const id = randomToken();
  return { id, cookie: hub.cookies.write("flow", id) };
}

/**
 * `LT-<random>-<expiry>-<signature>`, all of it in the alphabet of tickets.
 *
 * @see CAS protocol 3.0.3, section 3.5
 */
export function issueLoginTicket(hub: Hub, flow: string): string {
  const expires = Math.floor(hub.clock().getTime() / 1000) + formLifeSeconds;
  const ticket = `${createTicketId("LT")}-${expires}`;
  return `${ticket}-${hub.keys.form.sign(`${ticket}:${flow}`)}`;
}

/** Spends a login ticket: true once, for the browser it was made for, while it lives. */
export async function spendLoginTicket(hub: Hub, ticket: string | null, flow: string): Promise<boolean> {
  const match = /^(LT-[A-Za-z0-9]+-(\d{1,12}))-([0-9a-f]{32})$/.exec(ticket ?? "");
  const [, body = "", expires = "0", signature = ""] = match ?? [];
  if (!hub.keys.form.isSignature(`${body}:${flow}`, signature)) return false;
  if (Number(expires) * 1000 <= hub.clock().getTime()) return false;
  return hub.database.loginTickets.spend(body, formLifeSeconds);
}

export function writeNote(hub: FlowOwner["hub"], flow: string, note: LoginNote): string {
  return hub.cookies.write("note", hub.keys.note.seal(JSON.stringify(note), flow), formLifeSeconds);
}

export function readNote(call: FlowOwner, flow: string): LoginNote {
  const sealed = call.hub.cookies.read(call.header("cookie"), "note");
  const text = sealed === undefined ? null : call.hub.keys.note.open(sealed, flow);
  return text === null ? {} : (JSON.parse(text) as LoginNote);
}
