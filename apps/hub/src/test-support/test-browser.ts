/**
 * A browser as the hub sees it: keeps cookies by a browser's rules, sends the origin of its forms, and follows redirects
 * on request.
 */
import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Screens } from "../screen/screen.ts";
import { BrowserCookies, type CookieRequest } from "./browser-cookies.ts";
import { readModel } from "./frontend-stand-in.ts";

/** Models come back as JSON: dates are texts. */
type AsJson<Value> = Value extends Date
  ? string
  : Value extends object
    ? { readonly [Key in keyof Value]: AsJson<Value[Key]> }
    : Value;

export interface BrowserAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** `Location`, or nothing. */
  readonly location: string;
  /** `Set-Cookie` values as they came. */
  readonly cookies: readonly string[];
  /** The model of the screen that has to have been drawn. */
  screen<Name extends keyof Screens>(name: Name): AsJson<Screens[Name]>;
}

export interface Credentials {
  readonly username: string;
  readonly password: string;
}

type Headers = Readonly<Record<string, string>>;

/** The hub's public origin, and the port that it listens on. */
export interface Destination {
  readonly origin: string;
  readonly port: number;
}

export class TestBrowser {
  readonly cookies: BrowserCookies;
  readonly #hub: Destination;
  readonly #headers: Headers;

  /** @param headers sent with everything, such as `user-agent` */
  constructor(hub: Destination, headers: Headers = {}) {
    this.#hub = hub;
    this.#headers = headers;
    this.cookies = new BrowserCookies(hub.origin);
  }

  /** The same browser with cookies of its own from now on, where another hub answers at the address. */
  carryOver(hub: Destination = this.#hub): TestBrowser {
    const same = new TestBrowser(hub, this.#headers);
    same.cookies.copy(this.cookies);
    return same;
  }

  get(path: string, headers: Headers = {}): Promise<BrowserAnswer> {
    return this.send("GET", path, headers);
  }

  /** Posts a form as a page of the hub would. */
  post(
    path: string,
    fields: Readonly<Record<string, string>>,
    headers: Headers = {},
  ): Promise<BrowserAnswer> {
    const own = {
      "content-type": "application/x-www-form-urlencoded",
      origin: this.#hub.origin,
      "sec-fetch-site": "same-origin",
    };
    return this.send("POST", path, { ...own, ...headers }, new URLSearchParams(fields).toString());
  }

  async send(
    method: string,
    path: string,
    headers: Headers = {},
    body?: string | Uint8Array,
  ): Promise<BrowserAnswer> {
    const all = { ...this.#headers, ...headers };
    const asked = this.#cookieRequest(method, path, all);
    const cookie = this.cookies.sentWith(asked);
    const sent = request({
      host: "127.0.0.1",
      port: this.#hub.port,
      method,
      path,
      agent: false,
      headers: { ...(cookie === "" ? {} : { cookie }), ...all },
    });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const answer = await readAnswer(response);
    for (const set of answer.cookies) this.cookies.keep(set, asked);
    return answer;
  }

  /** Whether it is a redirect of the hub to itself. */
  leadsOn({ location }: BrowserAnswer): boolean {
    return location !== "" && new URL(location, this.#hub.origin).origin === this.#hub.origin;
  }

  /** Where a redirect of the hub to itself leads. */
  follow(answer: BrowserAnswer): Promise<BrowserAnswer> {
    const url = new URL(answer.location, this.#hub.origin);
    if (url.origin !== this.#hub.origin) throw new Error(`leads away from the hub: ${answer.location}`);
    return this.get(url.pathname + url.search);
  }

  /** Opens the login page and sends its form, with all that the page put into it. */
  async signIn(typed: Credentials, query = "", headers: Headers = {}): Promise<BrowserAnswer> {
    const form = await this.get(`/cas/login${query}`);
    const { username, password } = typed;
    return this.post("/cas/login", { ...this.hiddenFields(form), username, password }, headers);
  }

  hiddenFields(form: BrowserAnswer): Record<string, string> {
    return Object.fromEntries(form.screen("login").hidden.map(({ name, value }) => [name, value]));
  }

  #cookieRequest(method: string, path: string, headers: Headers): CookieRequest {
    const mode = headers["sec-fetch-mode"] ?? "navigate";
    return {
      method,
      url: new URL(path, this.#hub.origin).href,
      crossSite: headers["sec-fetch-site"] === "cross-site",
      navigation: mode === "navigate",
    };
  }
}

async function readAnswer(response: IncomingMessage): Promise<BrowserAnswer> {
  const body = await text(response);
  const status = response.statusCode ?? 0;
  return {
    status,
    headers: response.headers,
    body,
    location: response.headers.location ?? "",
    cookies: response.headers["set-cookie"] ?? [],
    screen(name) {
      const read = readModel(body);
      if (read?.name !== name) throw new Error(`no screen ${name} but ${status} ${body.slice(0, 600)}`);
      return read.model as never;
    },
  };
}
