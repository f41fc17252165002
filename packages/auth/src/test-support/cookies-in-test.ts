import { Cookie, CookieJar } from "tough-cookie";

/** @see RFC 6265bis, section 5.7, step 4: name and value together */
const longestCookie = 4_096;
/** Default limit of nginx and Apache for one header line. */
const longestLine = 8_190;

/** Cookies of one site, kept and sent by the rules of real browsers. One that a browser would refuse fails the test. */
export class CookiesInTest {
  readonly #siteUrl: string;
  readonly #jar = new CookieJar(undefined, { prefixSecurity: "strict" });

  constructor(siteUrl: string) {
    this.#siteUrl = siteUrl;
  }

  /** Takes up a Set-Cookie value. */
  keep(setCookie: string): void {
    const { key = "", value = "" } = Cookie.parse(setCookie) ?? {};
    const size = key.length + value.length;
    if (size > longestCookie) throw new Error(`A browser refuses a cookie of ${size} bytes: ${key}`);
    this.#jar.setCookieSync(setCookie, this.#siteUrl);
  }

  /** The `Cookie` header; empty: none. */
  header(path = "/"): string {
    const header = this.#jar.getCookieStringSync(this.#siteUrl + path);
    if (header.length > longestLine)
      throw new Error(`No proxy takes a Cookie header of ${header.length} bytes`);
    return header;
  }

  get size(): number {
    return this.#all().length;
  }

  keys(): string[] {
    return this.#all().map(({ key }) => key);
  }

  has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  get(name: string): string | undefined {
    return this.#all().find(({ key }) => key === name)?.value;
  }

  /** Puts a cookie there that the site did not set in this test. */
  set(name: string, value: string): void {
    this.keep(`${name}=${value}; Path=/${this.#siteUrl.startsWith("https:") ? "; Secure" : ""}`);
  }

  delete(name: string): void {
    this.#jar.setCookieSync(`${name}=; Path=/; Max-Age=0; Secure`, this.#siteUrl);
  }

  [Symbol.iterator](): Iterator<[name: string, value: string]> {
    return this.#all()
      .map(({ key, value }): [string, string] => [key, value])
      .values();
  }

  #all(): Cookie[] {
    return this.#jar.getCookiesSync(this.#siteUrl, { allPaths: true });
  }
}
