/**
 * What a site remembers about asking the hub, in a cookie.
 *
 * - `departed`: the browser is on its way to the hub.
 * - `landing`: the hub knew nobody, and the browser is on its way back to the page.
 * - `nobody`: the hub knew nobody, and the page was shown.
 * - `signed-in`: the hub knew the user.
 */
export interface RecognitionMarker {
  readonly state: "departed" | "landing" | "nobody" | "signed-in";
  /** When that was, in milliseconds. */
  readonly at: number;
  /** How often in a row the hub was asked and knew nobody. */
  readonly asked: number;
}

/** The user signed out here and the hub could not be told: nobody is recognised until the next sign-in. */
export const neverAsk = "never";

/**
 * Tabs that open at once, as when a browser restores its last session: while the first is on its way to the hub the
 * others go too, or they would show a page for nobody.
 */
const togetherMs = 10_000;
/** How long a browser may take from the hub back to the page. */
const landingMs = 30_000;
/** How soon after a sign-in the session cookie has to be there. */
const keptMs = 10_000;

/** Reads the cookie; null for what is not a marker, `neverAsk` and those of earlier versions included. */
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

/** A page was shown to nobody: from here on the hub is asked again, less and less often. Null: nothing to change. */
export function afterLanding(value: string | undefined): string | null {
  const marker = parseMarker(value);
  return marker?.state === "landing" ? formatMarker({ ...marker, state: "nobody" }) : null;
}

/** The marker of a browser that was just given a session. */
export function signedInNow(now: number): string {
  return formatMarker({ state: "signed-in", at: now, asked: 0 });
}

/**
 * Whether the hub may be asked whether it knows this browser.
 *
 * Whoever comes from another site, a bookmark or the address bar may have signed in meanwhile, so each such arrival asks
 * (and waits up to a minute when it brings nobody again and again). Clicks within the site ask after 10 s, 20 s, 40 s, …,
 * at most every five minutes: a visit of an hour costs less than twenty round trips. The page that the hub sent the
 * browser back to never asks, so there is no circle.
 *
 * @param value of the cookie; one that cannot be read asks nothing
 * @param fromOutside the navigation did not begin on a page of this site
 */
export function mayAsk(value: string | undefined, fromOutside: boolean, now: number): boolean {
  if (value === undefined) return true;
  const marker = parseMarker(value);
  if (marker === null) return false;
  const age = now - marker.at;
  // The clock of this machine was put back; the next marker is right again.
  if (age < -togetherMs) return true;
  if (isUnderWay(marker, now)) return true;
  if ((marker.state === "landing" || marker.state === "signed-in") && age < landingMs) return false;
  // Whoever turned back half-way does not want to wait for this hub at the next page again.
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

/** The browser was given a session seconds ago: coming without one, it would be sent round in circles. */
export function wasJustSignedIn(value: string | undefined, now: number): boolean {
  const marker = parseMarker(value);
  return marker?.state === "signed-in" && Math.abs(now - marker.at) < keptMs;
}
