/** A minimal browser that signs in and out at a hub: keeps cookies, submits one form, follows no redirect. */
export class FormBrowser {
  readonly #cookies = new Map<string, string>();
  readonly #origin: string;

  constructor({ origin }: { readonly origin: string }) {
    this.#origin = origin;
  }

  /** @returns whether the hub acknowledged it, which then has to survive any failure */
  async signIn(username: string, password: string): Promise<boolean> {
    const form = await (await this.#send("/cas/login")).text();
    const lt = /name="lt" value="([^"]+)"/.exec(form)?.[1];
    if (lt === undefined) throw new Error("no sign-in form");
    const answer = await this.#send("/cas/login", new URLSearchParams({ lt, username, password }));
    return answer.status === 303 && answer.headers.get("location") === "/account";
  }

  async signOut(): Promise<boolean> {
    const { status } = await this.#send("/cas/logout");
    return status === 200;
  }

  /** The cookie is kept after the sign-out, like a stolen copy. */
  async isSignedIn(): Promise<boolean> {
    const { status } = await this.#send("/account");
    return status === 200;
  }

  async #send(path: string, form?: URLSearchParams): Promise<Response> {
    const response = await fetch(this.#origin + path, {
      redirect: "manual",
      headers: {
        cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join("; "),
        ...(form && { origin: this.#origin, "sec-fetch-site": "same-origin" }),
      },
      ...(form && { method: "POST", body: form }),
      signal: AbortSignal.timeout(20_000),
    });
    for (const set of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value !== "") this.#cookies.set(name, value);
    }
    return response;
  }
}
