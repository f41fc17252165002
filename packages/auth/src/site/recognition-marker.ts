/**
 * The record of a site's last question to the hub, in a cookie.
 *
 * - `departed`: the browser is on its way to the hub.
 * - `landing`: the hub knew nobody, and the browser is on its way back to the page.
 * - `nobody`: the hub knew nobody, and the page was shown.
 * - `signed-in`: the hub knew the user.
 */
export interface RecognitionMarker {
  readonly state: "departed" | "landing" | "nobody" | "signed-in";
  /** Time of the state, in milliseconds. */
  readonly at: number;
  /** Number of consecutive answers in which the hub knew nobody. */
  readonly asked: number;
}

/** The user signed out here and the hub could not be told: nobody is recognised until the next sign-in. */
export const neverAsk = "never";

/**
 * Window for tabs that open together, as when a browser restores its session: while the first is on its way to the hub, the
 * others go there too; otherwise they would show a page without a user.
 */
const togetherMs = 10_000;
/** Time limit for the way from the hub back to the page. */
const landingMs = 30_000;
/** Time after a sign-in within which the session cookie has to arrive. */
const keptMs = 10_000;

/** Reads the cookie; null for other values, such as `neverAsk` and those of earlier versions. */
export function parseMarker(value: string | undefined): RecognitionMarker | null {
  const [, state, at, asked] =
    /^(departed|landing|nobody|signed-in)\.(\d{1,15})\.(\d{1,3})$/.exec(value ?? "") ?? [];
  if (state === undefined) return null;
  return { state: state as RecognitionMarker["state"], at: Number(at), asked: Number(asked) };
}

/** The value of the cookie. */
export function formatMarker({ state, at, asked }: RecognitionMarker): string {
  return `${state}.${at}.${Math.min(asked, 999)}`;
}

/** The marker of a browser that is sent to the hub now. Times count from the first of several tabs. */
export function departure(value: string | undefined, now: number): string {
  const before = parseMarker(value);
  if (before && isUnderWay(before, now)) return formatMarker(before);
  return formatMarker({ state: "departed", at: now, asked: (before?.asked ?? 0) + 1 });
}

/** The marker of a browser that comes back from the hub, which knew nobody. */
export function landing(value: string | undefined, now: number): string {
  return formatMarker({ state: "landing", at: now, asked: parseMarker(value)?.asked ?? 1 });
}

/** The marker after a page without a user: the site asks again at growing intervals. Null: no change. */
export function afterLanding(value: string | undefined): string | null {
  const marker = parseMarker(value);
  return marker?.state === "landing" ? formatMarker({ ...marker, state: "nobody" }) : null;
}

/** The marker of a browser that has just received a session. */
export function signedInNow(now: number): string {
  return formatMarker({ state: "signed-in", at: now, asked: 0 });
}

/**
 * Whether the hub may be asked whether it knows this browser.
 *
 * A user who arrives from another site, a bookmark or the address bar may have signed in meanwhile, so each arrival asks
 * (at intervals of up to a minute after repeated answers of "nobody"). Clicks within the site ask after 10 s, 20 s, 40 s,
 * …, at most every five minutes: a visit of an hour costs fewer than twenty round trips. The page that the hub redirected
 * to never asks, which prevents redirect loops.
 *
 * @param value of the cookie; an unreadable one does not ask
 * @param fromOutside the navigation did not begin on a page of this site
 */
export function mayAsk(value: string | undefined, fromOutside: boolean, now: number): boolean {
  if (value === undefined) return true;
  const marker = parseMarker(value);
  if (marker === null) return false;
  const age = now - marker.at;
  // This machine's clock was set back; the next marker is right again.
  if (age < -togetherMs) return true;
  if (isUnderWay(marker, now)) return true;
  if (marker.state === "landing" && age < landingMs) return false;
  if (marker.state === "signed-in" && age < keptMs) return false;
  // The user left on the way to the hub; do not delay the next page.
  if (marker.state === "departed") return age >= pauseMs(marker.asked + 1, false);
  return age >= pauseMs(marker.asked, fromOutside);
}

function isUnderWay({ state, at }: RecognitionMarker, now: number): boolean {
  return state === "departed" && Math.abs(now - at) < togetherMs;
}

function pauseMs(asked: number, fromOutside: boolean): number {
  if (fromOutside) return asked <= 3 ? 0 : Math.min(5_000 * 2 ** (asked - 4), 60_000);
  return asked === 0 ? 0 : Math.min(10_000 * 2 ** (asked - 1), 300_000);
}

/** Whether the browser received a session seconds ago: without the cookie, asking again would loop. */
export function wasJustSignedIn(value: string | undefined, now: number): boolean {
  const marker = parseMarker(value);
  return marker?.state === "signed-in" && Math.abs(now - marker.at) < keptMs;
}
