import { createHmac, timingSafeEqual } from "node:crypto";
import { GatehouseAuthError } from "../log/gatehouse-auth-error.ts";
import type { Settings } from "../settings/settings.ts";
import { parseFlow, type SignInFlow } from "./sign-in-flow.ts";

type Sealing = Pick<Settings, "siteUrl" | "stateKey">;

/**
 * Puts a flow into the state, `flow~seal~state`, because a redirect URI is compared exactly and can carry no data. The
 * seal binds the flow to the state beside it, as a service URL binds it to a ticket.
 *
 * @param state next-auth's state, for which the browser has the cookie
 * @see RFC 9700, section 4.7.1
 */
export function stateWithFlow(settings: Sealing, flow: SignInFlow, state: string): string {
  const { id, returnTo, purpose, attempt, maxAge, acr } = flow;
  const text = Buffer.from(JSON.stringify([id, returnTo, purpose, attempt, maxAge, acr])).toString(
    "base64url",
  );
  return `${text}~${seal(settings, text, state)}~${state}`;
}

/**
 * Reads flow and state; null for a value that this site did not make.
 *
 * @throws {GatehouseAuthError} `callback_altered`: the state was changed on the way
 */
export function parseStateWithFlow(
  settings: Sealing,
  value: string,
): { readonly flow: SignInFlow; readonly state: string } | null {
  const [, text = "", sealed = "", state = ""] =
    /^([\w-]{1,4000})~([\w-]{43})~([A-Za-z0-9._-]{1,2000})$/.exec(value) ?? [];
  if (state === "") return null;
  const expected = seal(settings, text, state);
  if (!timingSafeEqual(Buffer.from(sealed), Buffer.from(expected)))
    throw new GatehouseAuthError("callback_altered");
  const parts = JSON.parse(Buffer.from(text, "base64url").toString()) as (string | number | null)[];
  const [id = null, returnTo = null, purpose = null, attempt = null, maxAge = null, acr = null] = parts.map(
    (part) => (part === null ? null : String(part)),
  );
  const flow = parseFlow({ id, returnTo, purpose, attempt, maxAge, acr }, settings.siteUrl);
  return flow && { flow, state };
}

function seal({ stateKey }: Sealing, text: string, state: string): string {
  return createHmac("sha256", stateKey).update(`${text}~${state}`).digest("base64url");
}
