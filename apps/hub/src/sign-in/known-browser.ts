/** Remembers, in the browser alone, which users signed in with it before: see `credential/throttle.ts`. */
import type { Cookies } from "../http/cookies.ts";
import type { Call } from "../http/route.ts";
import { type HubKeys, randomToken } from "../settings/secret-keys.ts";

export interface KnownBrowserNeeds {
  readonly cookies: Cookies;
  readonly keys: Pick<HubKeys, "browser">;
}

const lifeSeconds = 365 * 86_400;

/** A family shares a browser; a public computer must not remember everybody. */
const mostPeople = 5;

/**
 * The users who signed in with this browser, latest first, and its id for each of them. Empty for a browser that nobody
 * signed in with, and for a cookie that the hub did not make.
 */
export function readKnownBrowsers(
  { cookies, keys }: KnownBrowserNeeds,
  call: Pick<Call, "header">,
): ReadonlyMap<string, string> {
  const sealed = cookies.read(call.header("cookie"), "browser");
  const text = sealed === undefined ? null : keys.browser.open(sealed, "known-browser");
  const known = new Map<string, string>();
  const words = text?.split(" ") ?? [];
  for (let index = 0; index < words.length; index += 2) known.set(words[index] ?? "", words[index + 1] ?? "");
  return known;
}

/** Keeps the id while the same user uses the browser, so that signing in does not reset its counter. */
export function writeKnownBrowser(
  needs: KnownBrowserNeeds,
  call: Pick<Call, "header">,
  personId: string,
): string {
  const known = readKnownBrowsers(needs, call);
  const latest = new Map([[personId, known.get(personId) ?? randomToken()], ...known]);
  const people = [...latest].slice(0, mostPeople).flat();
  return needs.cookies.write(
    "browser",
    needs.keys.browser.seal(people.join(" "), "known-browser"),
    lifeSeconds,
  );
}
