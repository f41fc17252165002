import type { Settings } from "../settings/settings.ts";

/** Names and attributes of a site's cookies. */
export interface SiteCookies {
  readonly session: string;
  /** The hub's last answer about this browser, with its time: `RecognitionMarker`. */
  readonly asked: string;
  /** Records for a minute that the user signed out at this site: `new`, then `shown` once a page has said so. */
  readonly signedOut: string;
  /** next-auth requires names for these; they never reach a browser. */
  readonly callbackUrl: string;
  readonly csrfToken: string;
  /** One state cookie per flow, so that tabs do not overwrite each other's. */
  state(flowId: string): string;
  readonly options: { httpOnly: true; sameSite: "lax"; path: "/"; secure: boolean };
}

/** Maximum number of pending sign-ins per browser; each costs up to 350 bytes per request. */
const maxFlows = 6;

/**
 * Cookie names with the site's id, because browsers share cookies between the ports of a host. No name is the beginning of
 * another, because next-auth collects cookies by prefix.
 *
 * SameSite is Lax and not Strict, because the return from the hub is a cross-site navigation.
 */
export function siteCookies({ siteId, siteUrl }: Pick<Settings, "siteId" | "siteUrl">): SiteCookies {
  const secure = siteUrl.startsWith("https:");
  const prefix = `${secure ? "__Host-" : ""}gatehouse-${siteId}`;
  return {
    session: `${prefix}.session`,
    asked: `${prefix}.asked`,
    signedOut: `${prefix}.signed-out`,
    callbackUrl: `${prefix}.callback`,
    csrfToken: `${prefix}.csrf`,
    state: (flowId) => `${prefix}.state-${flowId}`,
    options: { httpOnly: true, sameSite: "lax", path: "/", secure },
  };
}

/** Reads a Cookie header. The first of two cookies of one name counts, as in next-auth. */
export function parseCookies(header: string | null): Map<string, string> {
  const cookies = new Map<string, string>();
  for (const pair of (header ?? "").split(";")) {
    const cut = pair.indexOf("=");
    const name = pair.slice(0, cut).trim();
    if (cut > 0 && !cookies.has(name)) cookies.set(name, pair.slice(cut + 1).trim());
  }
  return cookies;
}

/** A Set-Cookie value for a session cookie of the browser. */
export function setCookie(cookies: SiteCookies, name: string, value: string): string {
  return `${name}=${value}; Path=/; HttpOnly; SameSite=Lax${cookies.options.secure ? "; Secure" : ""}`;
}

/** A Set-Cookie value that removes a cookie. */
export function clearCookie(cookies: SiteCookies, name: string): string {
  return `${setCookie(cookies, name, "")}; Max-Age=0`;
}

/** A Set-Cookie value for the note that the user signed out. It expires after a minute. */
export function setSignOutNote(cookies: SiteCookies, note: "new" | "shown"): string {
  return `${setCookie(cookies, cookies.signedOut, note)}; Max-Age=60`;
}

/** The note that the user signed out at this site within the last minute. It decides about words alone. */
export function readSignOutNote({ signedOut }: SiteCookies, headers: Headers): "new" | "shown" | null {
  const note = parseCookies(headers.get("cookie")).get(signedOut);
  return note === "new" || note === "shown" ? note : null;
}

/** Set-Cookie values that remove the session cookie and its pieces. */
export function clearSessionCookies(cookies: SiteCookies, sent: Map<string, string>): string[] {
  const whole = sent.has(cookies.session) ? [clearCookie(cookies, cookies.session)] : [];
  return [...whole, ...clearSessionPieces(cookies, sent)];
}

/**
 * Set-Cookie values that remove the pieces next-auth cuts a long session into (`….session.0`). Sessions are one cookie
 * now and pieces are never read, but an earlier version of this package left them, and browsers would send them until they
 * are closed.
 */
export function clearSessionPieces(cookies: SiteCookies, sent: Map<string, string>): string[] {
  const pieces = [...sent.keys()].filter((name) => name.startsWith(`${cookies.session}.`));
  return pieces.map((name) => clearCookie(cookies, name));
}

/** Set-Cookie values that drop the oldest pending sign-ins. Browsers send older cookies first. */
export function clearOldFlows(cookies: SiteCookies, sent: Map<string, string>): string[] {
  const flows = [...sent.keys()].filter((name) => name.startsWith(cookies.state("")));
  return flows.slice(0, Math.max(0, flows.length - maxFlows + 1)).map((name) => clearCookie(cookies, name));
}
