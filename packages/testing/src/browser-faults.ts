import type { BrowserContext, ConsoleMessage, Page } from "@playwright/test";

/**
 * `console error`: the console says so; `page error`: a script threw and nobody caught it; `blocked cookie`: the
 * browser did not keep what an answer set; `policy violation`: the content security policy, or mixed content.
 */
export type FaultKind = "console error" | "page error" | "blocked cookie" | "policy violation";

interface Fault {
  readonly kind: FaultKind;
  readonly text: string;
  /** Address of the page; of the one before, when the answer was still on its way. */
  readonly page: string;
}

interface Expectation {
  readonly kind: FaultKind;
  readonly text: string | RegExp;
}

const aboutPolicy = /content security policy|trusted ?type/i;
const aboutLoading = /^Failed to load resource:/;

/** Collects the complaints of a test's browsers. The fixtures fail a test with a complaint that it did not expect. */
export class BrowserFaults {
  readonly #found: Fault[] = [];
  readonly #expected: Expectation[] = [];
  readonly #watched = new WeakMap<Page, Promise<void>>();
  readonly #contexts = new Set<BrowserContext>();
  /** Addresses that pages went to, the ones that only redirect too. */
  readonly #visited = new Set<string>();

  /**
   * Lets a fault of a kind pass. The test fails when none comes.
   *
   * @param text is in the complaint: the cookie's name, the policy's directive, the console's words
   */
  expect(kind: FaultKind, text: string | RegExp): void {
    this.#expected.push({ kind, text });
  }

  /** Looks at every page of a context from now on. Contexts of the `browser` fixture are looked at already. */
  watch(context: BrowserContext): void {
    this.#contexts.add(context);
    const open = context.newPage.bind(context);
    // The page must not go anywhere before it is looked at.
    context.newPage = async () => {
      const page = await open();
      await this.#watchPage(page);
      return page;
    };
    context.on("page", (page) => {
      // A popup may be closed before it is looked at.
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

  /** Closes every page, before a test ends a server of its own: what a page still loads from it would fail. */
  async closePages(): Promise<void> {
    const pages = [...this.#contexts].flatMap((context) => context.pages());
    await Promise.all(pages.map((page) => page.close()));
  }

  /** @throws naming every fault that was not expected, and every expected one that did not come */
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
    // A page that answers 404 as a whole, or not at all, is for the test to judge.
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
