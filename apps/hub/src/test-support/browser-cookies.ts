/**
 * The cookies of a test's browser, kept and sent by the rules of real ones: path, Secure, name prefixes, SameSite,
 * expiry. A cookie that a real browser would refuse fails the test.
 */
import { Cookie, CookieJar } from "tough-cookie";

/** @see RFC 6265bis 5.7, step 4 (name and value together) */
const longestCookie = 4096;

/** Facts of a request that decide which cookies it carries. */
export interface CookieRequest {
  readonly method: string;
  readonly url: string;
  /** A page of another site sends it. */
  readonly crossSite: boolean;
  /** It opens a page in a tab, and is not an image, a frame or a script's call. */
  readonly navigation: boolean;
}

export class BrowserCookies {
  readonly #origin: string;
  readonly #jar = new CookieJar(undefined, { prefixSecurity: "strict" });

  /** @param origin of the host whose cookies the methods without a request are about */
  constructor(origin: string) {
    this.#origin = origin;
  }

  /** The `Cookie` header; empty: none. */
  sentWith({ method, url, crossSite, navigation }: CookieRequest): string {
    const safe = method === "GET" || method === "HEAD";
    const acrossSites = navigation && safe ? "lax" : "none";
    return this.#jar.getCookieStringSync(url, { sameSiteContext: crossSite ? acrossSites : "strict" });
  }

  /**
   * Takes up one `Set-Cookie` value.
   *
   * @throws with the reason why a browser would refuse it
   */
  keep(set: string, { url, crossSite, navigation }: CookieRequest): void {
    const cookie = Cookie.parse(set);
    const size = (cookie?.key.length ?? 0) + (cookie?.value.length ?? 0);
    if (size > longestCookie) throw new Error(`A browser refuses a cookie of ${size} bytes: ${cookie?.key}`);
    try {
      // Browsers keep cookies of an answer to a navigation, even one that another site began.
      this.#jar.setCookieSync(set, url, { sameSiteContext: crossSite && !navigation ? "none" : "strict" });
    } catch (error) {
      throw new Error(`A browser refuses this cookie: ${set}`, { cause: error });
    }
  }

  /** The value of a cookie, whatever its path; `undefined` if there is none, or several. */
  get(name: string): string | undefined {
    const found = this.#all().filter(({ key }) => key === name);
    return found.length === 1 ? found[0]?.value : undefined;
  }

  has(name: string): boolean {
    return this.#all().some(({ key }) => key === name);
  }

  keys(): string[] {
    return this.#all().map(({ key }) => key);
  }

  /** Plants a cookie that no server has set, for every path. */
  set(name: string, value: string): void {
    const secure = this.#origin.startsWith("https:");
    this.#jar.setCookieSync(new Cookie({ key: name, value, path: "/", secure }), this.#origin);
  }

  delete(name: string): void {
    const { hostname } = new URL(this.#origin);
    for (const { key, path } of this.#all())
      if (key === name) this.#jar.store.removeCookie(hostname, path, key, () => undefined);
  }

  clear(): void {
    this.#jar.removeAllCookiesSync();
  }

  /** Takes over every cookie of another browser, with its path and expiry. */
  copy(others: BrowserCookies): void {
    for (const cookie of others.#all()) this.#jar.setCookieSync(cookie.clone() ?? cookie, this.#origin);
  }

  [Symbol.iterator](): Iterator<[name: string, value: string]> {
    return this.#all()
      .map(({ key, value }): [string, string] => [key, value])
      .values();
  }

  #all(): Cookie[] {
    return this.#jar.getCookiesSync(this.#origin, { allPaths: true });
  }
}
