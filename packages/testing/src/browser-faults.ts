import type { BrowserContext, ConsoleMessage, Page } from "@playwright/test";

/**
 * `console error`: an error in the console; `page error`: an uncaught exception; `blocked cookie`: the browser refused a
 * cookie of a response; `policy violation`: the content security policy, or mixed content.
 */
export type FaultKind = "console error" | "page error" | "blocked cookie" | "policy violation";

interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
  /** Address of the page; during a navigation, of the previous one. */
  readonly page: string;
}

interface Expectation {
  readonly kind: FaultKind;
  readonly text: string | RegExp;
}

const aboutPolicy = /content security policy|trusted ?type/i;
const aboutLoading = /^Failed to load resource:/;

/** Collects faults that a test's browsers report. The fixtures fail a test with an unexpected one. */
export class BrowserFaults {
  readonly #found: Fault[] = [];
  readonly #expected: Expectation[] = [];
  readonly #watched = new WeakMap<Page, Promise<void>>();
  readonly #contexts = new Set<BrowserContext>();
  /** Addresses of navigations, redirects included. */
  readonly #visited = new Set<string>();

  /**
   * Expects a fault, which then does not fail the test. The test fails if it does not occur.
   *
   * @param text part of its text: the cookie's name, the policy's directive, the console's message
   */
  expect(kind: FaultKind, text: string | RegExp): void {
    this.#expected.push({ kind, text });
  }

  /** Watches every page of a context. Contexts of the `browser` fixture are watched already. */
  watch(context: BrowserContext): void {
    this.#contexts.add(context);
    const open = context.newPage.bind(context);
    // The page must not navigate before it is watched.
    context.newPage = async () => {
      const page = await open();
      await this.#watchPage(page);
      return page;
    };
    context.on("page", (page) => {
      // A popup may be closed before it is watched.
      this.#watchPage(page).catch(() => undefined);
    });
    context.on("request", (request) => {
      if (request.isNavigationRequest()) this.#visited.add(request.url());
    });
    context.on("console", (message) => this.#noteConsole(message));
    context.on("weberror", (error) => {
      this.#note("page error", String(error.error()), error.page());
    });
  }

  /** Closes every page, before a test stops a server from which a page may still be loading. */
  async closePages(): Promise<void> {
    const pages = [...this.#contexts].flatMap((context) => context.pages());
    await Promise.all(pages.map((page) => page.close()));
  }

  /** @throws Error that names every unexpected fault and every expected one that did not occur */
  verify(): void {
    const unexpected = this.#found.filter(
      (fault) => !this.#expected.some((expectation) => fits(fault, expectation)),
    );
    const missing = this.#expected.filter(
      (expectation) => !this.#found.some((fault) => fits(fault, expectation)),
    );
    const sentences = [
      ...unexpected.map(({ kind, text, page }) => `${kind} on ${page}: ${text}`),
      ...missing.map(({ kind, text }) => `expected, but did not come: ${kind} ${text}`),
    ];
    if (sentences.length > 0) throw new Error(`The browser complained:\n${sentences.join("\n")}`);
  }

  #watchPage(page: Page): Promise<void> {
    const begun = this.#watched.get(page) ?? this.#beginWatching(page);
    this.#watched.set(page, begun);
    return begun;
  }

  async #beginWatching(page: Page): Promise<void> {
    const session = await page.context().newCDPSession(page);
    session.on("Network.responseReceivedExtraInfo", ({ blockedCookies }) => {
      for (const { cookieLine, blockedReasons } of blockedCookies)
        this.#note("blocked cookie", `${cookieLine} (${blockedReasons.join(", ")})`, page);
    });
    session.on("Audits.issueAdded", ({ issue: { details } }) => {
      const { contentSecurityPolicyIssueDetails: policy, mixedContentIssueDetails: mixed } = details;
      if (policy !== undefined)
        this.#note("policy violation", `${policy.violatedDirective} ${policy.blockedURL ?? ""}`, page);
      if (mixed !== undefined) this.#note("policy violation", `mixed content ${mixed.insecureURL}`, page);
    });
    await Promise.all([session.send("Network.enable"), session.send("Audits.enable")]);
  }

  #noteConsole(message: ConsoleMessage): void {
    if (message.type() !== "error") return;
    const [text, { url }, page] = [message.text(), message.location(), message.page()];
    // The test itself checks the status of a whole page.
    if (aboutLoading.test(text) && this.#visited.has(url)) return;
    this.#note(aboutPolicy.test(text) ? "policy violation" : "console error", `${text} ${url}`, page);
  }

  #note(kind: FaultKind, text: string, page: Page | null): void {
    this.#found.push({ kind, text, page: page?.url() ?? "no page" });
  }
}

function fits(fault: Fault, { kind, text }: Expectation): boolean {
  return (
    fault.kind === kind && (typeof text === "string" ? fault.text.includes(text) : text.test(fault.text))
  );
}
