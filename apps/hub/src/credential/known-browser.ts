/** Remembers, in the browser alone, who signed in with it before: see `sign-in-throttle.ts`. */
import type { Call } from "../http/route.ts";
import { randomToken } from "../secret-keys.ts";

const lifeSeconds = 365 * 86_400;

/** @returns `null` for a browser that nobody signed in with, or whose cookie is not ours */
export function readKnownBrowser(call: Call): { readonly personId: string; readonly id: string } | null {
  const sealed = call.hub.cookies.read(call.header("cookie"), "browser");
  const text = sealed === undefined ? null : call.hub.keys.browser.open(sealed, "known-browser");
  if (text === null) return null;
  const [personId = "", id = ""] = text.split(" ");
  return { personId, id };
}

/** The id stays while the same person uses the browser, so that signing in does not reset its counter. */
export function writeKnownBrowser(call: Call, personId: string): string {
  const known = readKnownBrowser(call);
  const id = known?.personId === personId ? known.id : randomToken();
  return call.hub.cookies.write(
    "browser",
    call.hub.keys.browser.seal(`${personId} ${id}`, "known-browser"),
    lifeSeconds,
  );
}
