/**
 * Remembers, in the browser alone, which users signed in with it before: see `credential/throttle.ts`. The hub stops trusting all
 * browsers of a user when their version grows (`Person.knownBrowsersVersion`), because one may be that of a thief. Only a proof
 * makes a browser known: a sign-in, or a change of the password by the current one.
 */
import type { Person } from "@gatehouse/database";
import type { Cookies } from "../http/cookies.ts";
import type { Call } from "../http/route.ts";
import { type HubKeys, randomToken } from "../settings/secret-keys.ts";

export interface KnownBrowserNeeds {
  readonly cookies: Cookies;
  readonly keys: Pick<HubKeys, "browser">;
}

/** The user, as read since the browser sent its cookie. */
export type BrowserUser = Pick<Person, "id" | "knownBrowsersVersion">;

const lifeSeconds = 365 * 86_400;

/** A family shares a browser; a public computer must not remember everybody. */
const mostPeople = 5;

/** Another name than earlier versions sealed their entries with, which had no version: those open no more. */
const sealedAs = "known-browsers";

interface Entry {
  readonly personId: string;
  readonly version: string;
  readonly browserId: string;
}

/**
 * The browser's id for a user who signed in with it under the current `knownBrowsersVersion`; `undefined`: the browser is
 * unknown. A cookie that the hub did not make counts as none.
 */
export function readKnownBrowser(
  needs: KnownBrowserNeeds,
  call: Pick<Call, "header">,
  person: BrowserUser,
): string | undefined {
  return readEntries(needs, call).find(isOf(person))?.browserId;
}

/** Keeps the id while the same user uses the browser, so that signing in does not reset its counter. */
export function writeKnownBrowser(
  needs: KnownBrowserNeeds,
  call: Pick<Call, "header">,
  person: BrowserUser,
): string {
  const { id: personId, knownBrowsersVersion } = person;
  const browserId = readKnownBrowser(needs, call, person) ?? randomToken();
  const others = readEntries(needs, call).filter((entry) => entry.personId !== personId);
  const latest = [{ personId, version: String(knownBrowsersVersion), browserId }, ...others];
  const words = latest
    .slice(0, mostPeople)
    .flatMap((entry) => [entry.personId, entry.version, entry.browserId]);
  return needs.cookies.write("browser", needs.keys.browser.seal(words.join(" "), sealedAs), lifeSeconds);
}

/**
 * Keeps the browser known over a change that made the user's browsers unknown, if it was known before: a session cookie or a
 * link proves too little to make it known.
 *
 * @param user.before as read before the change
 * @param user.after as read after it. If yet another change came between, the browser stays unknown
 * @returns the cookie to write, or none
 */
export function keepKnownBrowser(
  needs: KnownBrowserNeeds,
  call: Pick<Call, "header">,
  { before, after }: { readonly before: BrowserUser; readonly after: BrowserUser },
): readonly string[] {
  const isNext = after.knownBrowsersVersion === before.knownBrowsersVersion + 1;
  const wasKnown = readKnownBrowser(needs, call, before) !== undefined;
  return wasKnown && isNext ? [writeKnownBrowser(needs, call, after)] : [];
}

const isOf =
  ({ id, knownBrowsersVersion }: BrowserUser) =>
  ({ personId, version }: Entry) =>
    personId === id && version === String(knownBrowsersVersion);

/** Users of the browser, latest first. */
function readEntries({ cookies, keys }: KnownBrowserNeeds, call: Pick<Call, "header">): readonly Entry[] {
  const sealed = cookies.read(call.header("cookie"), "browser");
  const words = (sealed === undefined ? null : keys.browser.open(sealed, sealedAs))?.split(" ") ?? [];
  const entries: Entry[] = [];
  for (let index = 0; index < words.length; index += 3) {
    const [personId = "", version = "", browserId = ""] = words.slice(index, index + 3);
    entries.push({ personId, version, browserId });
  }
  return entries;
}
