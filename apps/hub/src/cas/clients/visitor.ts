/** A user's browser at the hub and at sites: keeps the cookies of each, and follows redirects. */
import { TestBrowser, type TestHub, type TestPerson } from "../../test-hub.ts";

export interface Page {
  readonly address: string;
  readonly status: number;
  readonly body: string;
  /** Target of a redirect; empty: a page is shown. */
  readonly location: string;
}

/** Where clients find the hub: Node does not resolve `hub.localhost`, and the hub goes by no Host header. */
export function hubAddress({ port }: TestHub): string {
  return `http://127.0.0.1:${port}`;
}

export class Visitor {
  readonly #hub: TestBrowser;
  readonly #hubAddress: string;
  /** By origin; a browser does not tell ports apart, which these tests do not need. */
  readonly #cookies = new Map<string, Map<string, string>>();

  constructor(hub: TestHub) {
    this.#hub = new TestBrowser(hub);
    this.#hubAddress = hubAddress(hub);
  }

  /** Asks once; a redirect is not followed. */
  get(address: string): Promise<Page> {
    return this.#send(address);
  }

  /** Posts a form of the same origin; a redirect is not followed. */
  post(address: string, fields: Readonly<Record<string, string>>): Promise<Page> {
    return this.#send(address, { method: "POST", body: new URLSearchParams(fields) });
  }

  async #send(address: string, form?: { method: "POST"; body: URLSearchParams }): Promise<Page> {
    const { origin, pathname, search } = new URL(address);
    if (origin === this.#hubAddress) {
      const { status, body, location } = await (form === undefined
        ? this.#hub.get(pathname + search)
        : this.#hub.post(pathname, Object.fromEntries(form.body)));
      return { address, status, body, location: absolute(location, address) };
    }
    const cookies = this.#cookies.get(origin) ?? new Map<string, string>();
    this.#cookies.set(origin, cookies);
    const cookie = [...cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(address, { ...form, headers: { cookie }, redirect: "manual" });
    for (const set of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (set.split(";", 1)[0] ?? "").split("=");
      cookies.set(name, value);
    }
    const location = absolute(response.headers.get("location") ?? "", address);
    return { address, status: response.status, body: await response.text(), location };
  }

  /** Goes there, and on until a page is shown. */
  async visit(address: string): Promise<Page> {
    let page = await this.get(address);
    for (let hops = 0; page.location !== ""; hops++) {
      if (hops === 10) throw new Error(`sent round and round: ${page.location}`);
      page = await this.get(page.location);
    }
    return page;
  }

  /**
   * Visits a site that redirects to the hub, signs in there, and returns.
   *
   * @returns the last page, and the address with the ticket that led there
   */
  async signIn(
    address: string,
    person: TestPerson,
  ): Promise<{ readonly page: Page; readonly ticketAddress: string }> {
    const form = await this.visit(address);
    if (!this.isLogin(form)) throw new Error(`no sign-in page: ${form.address}`);
    const signedIn = await this.#hub.signIn(person, new URL(form.address).search);
    const location = absolute(signedIn.location, this.#hubAddress);
    return { page: await this.visit(location), ticketAddress: location };
  }

  async signOutAtHub(): Promise<void> {
    await this.#hub.get("/cas/logout");
  }

  /** Whether the page is the hub's sign-in page. */
  isLogin({ address, status }: Page): boolean {
    return status === 200 && address.startsWith(`${this.#hubAddress}/cas/login?`);
  }
}

function absolute(location: string, base: string): string {
  return location === "" ? "" : new URL(location, base).href;
}
