/** The hub's cookies: names, attributes, reading and writing. @see RFC 6265 */
import { serialize } from "hono/utils/cookie";

/** Purpose of a cookie; determines its name. */
export type CookiePurpose =
  | "session"
  | "flow"
  | "note"
  | "pending"
  | "browser"
  | "page-notice"
  | "upstream"
  | "interaction"
  | "resume";

const names: Record<CookiePurpose, string> = {
  session: "TGC-gatehouse",
  flow: "gatehouse-flow",
  note: "gatehouse-note",
  pending: "gatehouse-pending",
  browser: "gatehouse-browser",
  "page-notice": "gatehouse-notice",
  upstream: "gatehouse-upstream",
  interaction: "gatehouse-interaction",
  resume: "gatehouse-resume",
};

/** oidc-provider restricts these to the path of one sign-in. Browsers drop a `__Host-` cookie with such a path. */
const ofOnePath: ReadonlySet<CookiePurpose> = new Set(["interaction", "resume"]);

export interface Cookies {
  /** The value the browser sent, or `undefined`. A cookie sent twice counts as not sent. */
  read(header: string | undefined, purpose: CookiePurpose): string | undefined;
  /** A `Set-Cookie` value. @param maxAgeSeconds left out: the cookie lasts until the browser closes */
  write(purpose: CookiePurpose, value: string, maxAgeSeconds?: number): string;
  clear(purpose: CookiePurpose): string;
  /** The full name, for libraries that write the cookie themselves. */
  nameOf(purpose: CookiePurpose): string;
  /** The `Cookie` header without this cookie. */
  without(header: string | undefined, purpose: CookiePurpose): string;
}

/**
 * Over https every name gets the prefix `__Host-` (this host only, `Path=/`, Secure), or `__Secure-` if the cookie has a
 * path of its own. Over http (loopback only) browsers refuse both prefixes. The path is `/`, because screens and OpenID
 * Connect need the session too (docs/decisions/0006).
 *
 * @param secure whether the hub is served over https
 */
export function createCookies(secure: boolean): Cookies {
  const prefix = (purpose: CookiePurpose): string => (ofOnePath.has(purpose) ? "__Secure-" : "__Host-");
  const fullName = (purpose: CookiePurpose): string => (secure ? prefix(purpose) : "") + names[purpose];
  const write = (purpose: CookiePurpose, value: string, maxAgeSeconds?: number): string =>
    serialize(fullName(purpose), value, {
      path: "/",
      httpOnly: true,
      sameSite: "Lax",
      secure,
      ...(maxAgeSeconds !== undefined && { maxAge: maxAgeSeconds }),
    });
  return {
    // Not the library's: it returns the first of several.
    read(header, purpose) {
      const start = `${fullName(purpose)}=`;
      const found = (header ?? "")
        .split(";")
        .map((part) => part.trim())
        .filter((part) => part.startsWith(start));
      return found.length === 1 && found[0] !== undefined
        ? found[0].slice(start.length) || undefined
        : undefined;
    },
    write,
    clear: (purpose) => write(purpose, "", 0),
    nameOf: fullName,
    without: (header, purpose) =>
      (header ?? "")
        .split(";")
        .filter((part) => !part.trim().startsWith(`${fullName(purpose)}=`))
        .join(";"),
  };
}
