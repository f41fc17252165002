/** A browser as far as the hub can tell: keeps cookies, says where its forms come from, follows when asked to. */
import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import type { Screens } from "../screen.ts";
import { readModel } from "./next-stand-in.ts";

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

export interface Typed {
  readonly username: string;
  readonly password: string;
}

type Headers = Readonly<Record<string, string>>;

/** Where a browser goes: the hub's public origin, and the port it really listens on. */
export interface Destination {
  readonly origin: string;
  readonly port: number;
}

export class TestBrowser {
  /** By name; what a script on the page could never read. */
  readonly cookies = new Map<string, string>();
  readonly #hub: Destination;
  readonly #headers: Headers;

  /** @param headers sent with everything, such as `user-agent` */
  constructor(hub: Destination, headers: Headers = {}) {
    this.#hub = hub;
    this.#headers = headers;
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
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const sent = request({
      host: "127.0.0.1",
      port: this.#hub.port,
      method,
      path,
      agent: false,
      headers: { ...(cookie === "" ? {} : { cookie }), ...this.#headers, ...headers },
    });
    sent.end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const answer = await readAnswer(response);
    for (const set of answer.cookies) this.#keep(set);
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
  async signIn(typed: Typed, query = "", headers: Headers = {}): Promise<BrowserAnswer> {
    const form = await this.get(`/cas/login${query}`);
    const { username, password } = typed;
    return this.post("/cas/login", { ...this.hiddenFields(form), username, password }, headers);
  }

  hiddenFields(form: BrowserAnswer): Record<string, string> {
    return Object.fromEntries(form.screen("login").hidden.map(({ name, value }) => [name, value]));
  }

  #keep(set: string): void {
    const [pair = "", ...attributes] = set.split("; ");
    const [name = "", value = ""] = pair.split("=");
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, value);
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
