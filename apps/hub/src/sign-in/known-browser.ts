/** Remembers, in the browser alone, which user signed in with it before: see `credential/sign-in-throttle.ts`. */
import type { Cookies } from "../http/cookies.ts";
import type { Call } from "../http/route.ts";
import { type HubKeys, randomToken } from "../settings/secret-keys.ts";

export interface KnownBrowserNeeds {
  readonly cookies: Cookies;
  readonly keys: Pick<HubKeys, "browser">;
}

const lifeSeconds = 365 * 86_400;

/** @returns `null`: nobody signed in with this browser, or the hub did not make the cookie */
export function readKnownBrowser(
  { cookies, keys }: KnownBrowserNeeds,
  call: Pick<Call, "header">,
): { readonly personId: string; readonly id: string } | null {
  const sealed = cookies.read(call.header("cookie"), "browser");
  const text = sealed === undefined ? null : keys.browser.open(sealed, "known-browser");
  if (text === null) return null;
  const [personId = "", id = ""] = text.split(" ");
  return { personId, id };
}

/** Keeps the id while the same user uses the browser, so that signing in does not reset its counter. */
export function writeKnownBrowser(
  needs: KnownBrowserNeeds,
  call: Pick<Call, "header">,
  personId: string,
): string {
  const known = readKnownBrowser(needs, call);
  const id = known?.personId === personId ? known.id : randomToken();
  const sealed = needs.keys.browser.seal(`${personId} ${id}`, "known-browser");
  return needs.cookies.write("browser", sealed, lifeSeconds);
}
