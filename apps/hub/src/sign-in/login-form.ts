/**
 * State of the login form. The hub stores nothing for a form that it shows: the login ticket is signed and bound to the
 * browser's flow cookie, and the hub stores only consumed tickets, each until it would have expired.
 */
import { createTicketId } from "@gatehouse/cas/server";
import type { LoginTicketStore } from "@gatehouse/database";
import type { FlowNeeds } from "../http/flow.ts";
import type { Call } from "../http/route.ts";
import type { LoginErrorCode, LoginScreen } from "../screen/screen.ts";
import type { HubKeys } from "../settings/secret-keys.ts";

/** A form stays valid while the user is away for an hour. */
const formLifeSeconds = 3600;

/** Content for the next form, carried from one response to the next request in a sealed cookie. */
export interface LoginNote {
  /** Central session that a site has just ended, for the page after the sign-out. */
  readonly ended?: string;
  /** The site that ended it. */
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

export interface NoteNeeds extends FlowNeeds {
  readonly keys: Pick<HubKeys, "note">;
}

export interface LoginTicketNeeds {
  readonly keys: Pick<HubKeys, "form">;
  readonly clock: () => Date;
  readonly loginTickets: LoginTicketStore;
}

type Browser = Pick<Call, "header">;

/**
 * Issues `LT-<random>-<expiry>-<signature>`, in the alphabet of tickets only.
 *
 * @see CAS protocol 3.0.3, section 3.5
 */
export function issueLoginTicket(
  { keys, clock }: Pick<LoginTicketNeeds, "keys" | "clock">,
  flow: string,
): string {
  const expires = Math.floor(clock().getTime() / 1000) + formLifeSeconds;
  const ticket = `${createTicketId("LT")}-${expires}`;
  return `${ticket}-${keys.form.sign("login-ticket", `${ticket}:${flow}`)}`;
}

/** Consumes a login ticket. @returns true once, for the browser that it was issued to, until it expires */
export async function consumeLoginTicket(
  { keys, clock, loginTickets }: LoginTicketNeeds,
  ticket: string | null,
  flow: string,
): Promise<boolean> {
  const match = /^(LT-[A-Za-z0-9]+-(\d{1,12}))-([0-9a-f]{32})$/.exec(ticket ?? "");
  const [, body = "", expires = "0", signature = ""] = match ?? [];
  if (!keys.form.isSignature("login-ticket", `${body}:${flow}`, signature)) return false;
  if (Number(expires) * 1000 <= clock().getTime()) return false;
  return loginTickets.consume(body, formLifeSeconds);
}

export function writeNote({ cookies, keys }: NoteNeeds, flow: string, note: LoginNote): string {
  return cookies.write("note", keys.note.seal(JSON.stringify(note), noteOf(flow)), formLifeSeconds);
}

const noteOf = (flow: string): string => `sign-in ${flow}`;

export function readNote({ cookies, keys }: NoteNeeds, browser: Browser, flow: string): LoginNote {
  const sealed = cookies.read(browser.header("cookie"), "note");
  const text = sealed === undefined ? null : keys.note.open(sealed, noteOf(flow));
  return text === null ? {} : (JSON.parse(text) as LoginNote);
}
