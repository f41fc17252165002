/** A user's browser at the hub and at sites by https: keeps the cookies of each, and goes where it is sent. */
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { text } from "node:stream/consumers";
import { type BrowserAnswer, TestBrowser, type TestHub, type TestPerson } from "../../../test-hub.ts";
import { BrowserCookies } from "../../../test-support/browser-cookies.ts";
import { signInAndConsent } from "../../../test-support/relying-site.ts";

export interface Page {
  readonly address: string;
  readonly status: number;
  readonly body: string;
  /** Where it sends the browser on to; empty: it is shown. */
  readonly location: string;
}

export class Browser {
  readonly hub: TestBrowser;
  /** Every address that was asked for, oldest first. */
  readonly visited: string[] = [];
  readonly #origin: string;
  readonly #authority: string;
  /** By origin. */
  readonly #cookies = new Map<string, BrowserCookies>();
  #answer: BrowserAnswer | undefined;

  /** @param authority what vouches for the sites, in PEM */
  constructor(hub: TestHub, authority: string) {
    this.hub = new TestBrowser(hub);
    this.#origin = hub.origin;
    this.#authority = authority;
  }

  /** Asks once; a redirect is not followed. */
  async ask(address: string): Promise<Page> {
    const url = new URL(address);
    this.visited.push(address);
    if (url.origin === this.#origin) {
      this.#answer = await this.hub.get(url.pathname + url.search);
      const { status, body, location } = this.#answer;
      return { address, status, body, location: absolute(location, address) };
    }
    const cookies = this.#cookies.get(url.origin) ?? new BrowserCookies(url.origin);
    this.#cookies.set(url.origin, cookies);
    const asked = { method: "GET", url: url.href, crossSite: false, navigation: true };
    const cookie = cookies.sentWith(asked);
    const sent = request(url, {
      agent: false,
      ca: this.#authority,
      // Node does not know *.localhost.
      lookup: (_, options, done) =>
        options.all ? done(null, [{ address: "127.0.0.1", family: 4 }]) : done(null, "127.0.0.1", 4),
      headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8", ...(cookie === "" ? {} : { cookie }) },
    });
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    for (const set of response.headers["set-cookie"] ?? []) cookies.keep(set, asked);
    // Servers write letters of other scripts as they are; browsers read UTF-8.
    const location = Buffer.from(response.headers.location ?? "", "latin1").toString();
    return {
      address,
      status: response.statusCode ?? 0,
      body: await text(response),
      location: absolute(location, address),
    };
  }

  /** Goes there, and on until a page is shown. */
  async visit(address: string): Promise<Page> {
    let page = await this.ask(address);
    for (let hops = 0; page.location !== ""; hops += 1) {
      if (hops === 12) throw new Error(`sent round and round: ${page.location}`);
      page = await this.ask(page.location);
    }
    return page;
  }

  /** Visits a page that sends the browser to the hub, does there what is asked, and comes back. */
  async signIn(address: string, person: TestPerson): Promise<Page> {
    const form = await this.visit(address);
    if (!this.isAsked(form)) throw new Error(`not asked to sign in: ${form.address} ${form.body}`);
    return this.answer(person);
  }

  /** Does what the hub's page asks, and goes on to where it leads. */
  async answer(person: TestPerson): Promise<Page> {
    if (this.#answer === undefined) throw new Error("the browser is not at the hub");
    const { location, status, body } = await signInAndConsent(this.hub, person, this.#answer);
    if (location === "") throw new Error(`the hub leads nowhere: ${status} ${body}`);
    return this.visit(absolute(location, this.#origin));
  }

  /** Whether the hub asks for something. */
  isAsked({ address, status }: Page): boolean {
    return status === 200 && new URL(address).origin === this.#origin;
  }
}

function absolute(location: string, base: string): string {
  return location === "" ? "" : new URL(location, base).href;
}
