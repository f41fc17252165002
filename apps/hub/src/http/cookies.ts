/** The hub's cookies: names, attributes, reading and writing. @see RFC 6265 */
import { serialize } from "hono/utils/cookie";

/** Which cookie: its purpose names it. */
export type CookiePurpose = "session" | "flow" | "note" | "browser" | "interaction" | "resume";

const names: Record<CookiePurpose, string> = {
  session: "TGC-gatehouse",
  flow: "gatehouse-flow",
  note: "gatehouse-note",
  browser: "gatehouse-browser",
  interaction: "gatehouse-interaction",
  resume: "gatehouse-resume",
};

/** oidc-provider ties these to the path of one sign-in, which `__Host-` does not allow: browsers drop such a cookie. */
const ofOnePath: ReadonlySet<CookiePurpose> = new Set(["interaction", "resume"]);

export interface Cookies {
  /** The value the browser sent, or `undefined`. A cookie sent twice counts as not sent. */
  read(header: string | undefined, purpose: CookiePurpose): string | undefined;
  /** A `Set-Cookie` value. @param maxAgeSeconds left out: until the browser closes */
  write(purpose: CookiePurpose, value: string, maxAgeSeconds?: number): string;
  clear(purpose: CookiePurpose): string;
  /** Its full name, for those who write it themselves. */
  nameOf(purpose: CookiePurpose): string;
  /** A `Cookie` header without it. */
  without(header: string | undefined, purpose: CookiePurpose): string;
}

/**
 * Over https every name gets the `__Host-` prefix, which ties it to this host, to `Path=/` and to Secure; those
 * with a path of their own get `__Secure-`. Over http (loopback only) browsers refuse both prefixes. Path is `/`,
 * because screens and OpenID Connect need the session too: docs/decisions/0006.
 *
 * @param secure the hub is served over https
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
