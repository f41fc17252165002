/** How long an answer counts, and how long a newcomer may be kept waiting for it. */
const freshMs = 5_000;
const patienceMs = 800;

/**
 * Knows whether the hub is there to be asked.
 *
 * Recognition sends a browser away from a page that it could have had. To a hub that is down that
 * would be the browser's own error page, on a site that is well.
 */
export class HubHealth {
  readonly #hubUrl: string;
  readonly #now: () => number;
  #last: { readonly at: number; readonly answers: Promise<boolean> } | null = null;

  constructor(hubUrl: string, now: () => number) {
    this.#hubUrl = hubUrl;
    this.#now = now;
  }

  /** One question in five seconds, shared by all who come meanwhile. */
  answers(): Promise<boolean> {
    if (this.#last === null || this.#now() - this.#last.at >= freshMs) {
      this.#last = { at: this.#now(), answers: this.#ask() };
    }
    return this.#last.answers;
  }

  async #ask(): Promise<boolean> {
    try {
      const signal = AbortSignal.timeout(patienceMs);
      const reply = await fetch(`${this.#hubUrl}/healthz`, { cache: "no-store", redirect: "manual", signal });
      await reply.body?.cancel();
      return reply.status === 200;
    } catch {
      return false;
    }
  }
}
