/** The flow cookie: ties forms and their notes to the browser that they were shown to. */
import { randomToken } from "../settings/secret-keys.ts";
import type { Cookies } from "./cookies.ts";
import type { Call } from "./route.ts";

export interface FlowNeeds {
  readonly cookies: Cookies;
}

type Browser = Pick<Call, "header">;

/** Whether the browser sends cookies of the hub, so it has received a form or a session. */
export function sendsHubCookie({ cookies }: FlowNeeds, browser: Browser): boolean {
  const sent = (name: "flow" | "session") => cookies.read(browser.header("cookie"), name) !== undefined;
  return sent("flow") || sent("session");
}

/** The browser's flow, made on the first form. */
export function flowOf(
  needs: FlowNeeds,
  browser: Browser,
): { readonly id: string; readonly cookies: readonly string[] } {
  const sent = needs.cookies.read(browser.header("cookie"), "flow");
  if (sent !== undefined && /^FL-[0-9a-f]{64}$/.test(sent)) return { id: sent, cookies: [] };
  const { id, cookie } = startFlow(needs);
  return { id, cookies: [cookie] };
}

/** Starts a new flow: earlier forms become invalid, and their notes unreadable. */
export function startFlow({ cookies }: FlowNeeds): { readonly id: string; readonly cookie: string } {
  const id = `FL-${randomToken()}`;
  return { id, cookie: cookies.write("flow", id) };
}
