import { randomInt } from "node:crypto";
import { parseReturnTo } from "./return-to.ts";

/**
 * One way to the hub and back.
 *
 * It travels in the service URL and not in a cookie, so that five tabs that open at
 * once each come back to their own page. Nothing in it is believed: the path is
 * judged again on return, and the ticket is bound to the whole URL by the hub.
 */
export interface SignInFlow {
  /** Names the flow's own state cookie. Not a secret. */
  readonly id: string;
  readonly returnTo: string;
  /** `recognise` asks the hub without showing anything (CAS gateway). */
  readonly purpose: "sign-in" | "recognise";
  /** The second attempt is the last: a browser that refuses cookies must not go round for ever. */
  readonly attempt: 1 | 2;
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Starts a flow under a new id. */
export function startFlow(flow: Omit<SignInFlow, "id">): SignInFlow {
  const id = Array.from({ length: 10 }, () => letters[randomInt(letters.length)]).join("");
  return { id, ...flow };
}

/**
 * The URL that the hub binds the ticket to and sends the person back to.
 *
 * `state` is a part of it: a ticket that an attacker got for herself is bound to
 * her own state, and no other browser has the cookie for it.
 * @see RFC 9700, section 4.7 (login CSRF)
 */
export function serviceUrl(siteUrl: string, flow: SignInFlow, state: string): string {
  const url = new URL(`${siteUrl}/api/auth/callback/gatehouse`);
  url.searchParams.set("flow", flow.id);
  url.searchParams.set("returnTo", flow.returnTo);
  if (flow.purpose === "recognise") url.searchParams.set("purpose", flow.purpose);
  if (flow.attempt === 2) url.searchParams.set("attempt", "2");
  url.searchParams.set("state", state);
  return url.href;
}

/** What came back on the callback: the flow, its state, and a ticket if the hub gave one. */
export interface FlowReturn {
  readonly flow: SignInFlow;
  readonly state: string;
  readonly ticket: string | null;
}

/** Reads a callback's query, or null when it is not one of ours. A doubled parameter is refused. */
export function parseFlowReturn(query: URLSearchParams, siteUrl: string): FlowReturn | null {
  const names = ["flow", "returnTo", "purpose", "attempt", "state", "ticket"];
  if (names.some((name) => query.getAll(name).length > 1)) return null;
  const [id, returnTo, purpose, attempt, state, ticket] = names.map((name) => query.get(name));
  if (!id || !/^[A-Za-z0-9]{10}$/.test(id)) return null;
  if (!state || !/^[A-Za-z0-9._-]{1,2000}$/.test(state)) return null;
  // CAS 3.7: a ticket has letters, digits and hyphens; a service has to take up to 256.
  if (ticket != null && !/^ST-[A-Za-z0-9-]{1,253}$/.test(ticket)) return null;
  return {
    flow: {
      id,
      returnTo: parseReturnTo(returnTo, siteUrl) ?? "/",
      purpose: purpose === "recognise" ? "recognise" : "sign-in",
      attempt: attempt === "2" ? 2 : 1,
    },
    state,
    ticket: ticket ?? null,
  };
}
