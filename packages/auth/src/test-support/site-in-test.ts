import { gatehouse } from "../gatehouse.ts";
import type { LogEntry } from "../log/site-log.ts";
import type { GatehouseOptions } from "../settings/gatehouse-options.ts";
import { CookiesInTest } from "./cookies-in-test.ts";
import type { HubInTest } from "./hub-in-test.ts";

export const siteUrl = "http://shop.localhost:3001";
export const siteSecret = "0123456789abcdef0123456789abcdef-shop";

/** Headers of a navigation. */
export const navigation = { "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" };

/** Headers of a navigation by a link on the site's own page. */
export const click = { ...navigation, "sec-fetch-site": "same-origin" };

/** A site with a hub, a clock and a log. */
export function siteInTest(
  hub: HubInTest,
  environment: Record<string, string> = {},
  site = "shop",
  extra: Partial<Pick<GatehouseOptions, "contentSecurityPolicy" | "protocol">> = {},
  shared: object = {},
) {
  const log: LogEntry[] = [];
  const clock = { now: Date.now() };
  hub.siteSecret = siteSecret;
  const all = {
    HUB_URL: hub.url,
    SITE_URL: siteUrl,
    SITE_SECRET: siteSecret,
    ...environment,
  };
  const options = {
    protocol: "cas" as const,
    ...extra,
    site,
    logger: (entry: LogEntry) => void log.push(entry),
  };
  const made = gatehouse(options, { environment: all, now: () => clock.now, shared });
  return { ...made, siteUrl: all.SITE_URL, log, clock, codes: () => log.map(({ code }) => code) };
}

/** A browser that keeps cookies by the rules and follows no redirect by itself. */
export class BrowserInTest {
  readonly cookies: CookiesInTest;
  readonly #site: ReturnType<typeof siteInTest>;
  keepsCookies = true;

  constructor(site: ReturnType<typeof siteInTest>) {
    this.#site = site;
    this.cookies = new CookiesInTest(site.siteUrl);
  }

  /** A request as Next.js passes it: for the server's own host, never SITE_URL. */
  request(address: string, headers: Record<string, string> = navigation, init: RequestInit = {}): Request {
    const { pathname, search } = new URL(address, this.#site.siteUrl);
    const cookie = this.cookies.header(pathname);
    return new Request(`http://localhost:4711${pathname}${search}`, {
      ...init,
      headers: { host: "evil.example", ...headers, ...(cookie && { cookie }) },
    });
  }

  /** Opens a page through the site's proxy. */
  async open(address: string, headers?: Record<string, string>): Promise<Response> {
    return this.#keep(await this.#site.recognise(this.request(address, headers)));
  }

  async get(address: string, headers?: Record<string, string>): Promise<Response> {
    return this.#keep(await this.#site.handlers.GET(this.request(address, headers)));
  }

  async post(address: string, headers: Record<string, string>, body?: BodyInit): Promise<Response> {
    const init = { method: "POST", ...(body !== undefined && { body }) };
    return this.#keep(await this.#site.handlers.POST(this.request(address, headers, init)));
  }

  /** From the link to the landing page. */
  async signIn(hub: HubInTest, returnTo = "/cart"): Promise<Response> {
    const started = await this.get(this.#site.signInUrl(returnTo));
    return this.get(hub.signIn(location(started)));
  }

  #keep(reply: Response): Response {
    for (const cookie of this.keepsCookies ? reply.headers.getSetCookie() : []) this.cookies.keep(cookie);
    return reply;
  }
}

/** The address that a reply redirects to. */
export function location(reply: Response): string {
  return reply.headers.get("location") ?? "";
}

/** The service that a hub address asks a ticket for. */
export function serviceOf(loginUrl: string): URL {
  return new URL(new URL(loginUrl).searchParams.get("service") ?? "");
}

/** The consumed ticket that the site's last validation asked about. */
export function lastSessionIndex(hub: HubInTest): string {
  return new URLSearchParams(hub.validations.at(-1)).get("ticket") ?? "";
}
