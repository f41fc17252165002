/** How long a page that came back may stay hidden before it is loaded anew instead. */
const patienceMs = 10_000;
/** A page whose script begins to run later than this may have come back from the back-forward cache before. */
const lateMs = 5_000;

/** What of `window` the guard needs. */
export type GuardedWindow = Pick<
  Window,
  "addEventListener" | "removeEventListener" | "fetch" | "performance"
> & {
  readonly document: {
    readonly documentElement: { readonly style: Pick<CSSStyleDeclaration, "setProperty" | "removeProperty"> };
  };
  readonly location: Pick<Location, "pathname" | "search" | "hash" | "reload" | "replace">;
  readonly navigation?: { readonly activation?: { readonly from: unknown } | null };
};

/**
 * Keeps a page that was drawn for one user from being shown to another by *Back*.
 *
 * Browsers keep pages in memory (back-forward cache) and Next.js keeps drawn pages in its router; both show them again
 * without asking the site. So a page of a signed-in user is hidden when it goes into the cache, and when it comes back,
 * until the site says that the same user is signed in; otherwise it is loaded anew. What was typed into it is lost then.
 *
 * A page of nobody that comes back from another site goes past the hub: its user may have signed in there.
 *
 * @param userId the user the page was drawn for
 * @returns a function that ends it
 */
export function guardPage(userId: string | null, window: GuardedWindow): () => void {
  const { location, document } = window;
  const { style } = document.documentElement;
  let checks = 0;

  function hide(): void {
    style.setProperty("opacity", "0", "important");
    style.setProperty("pointer-events", "none", "important");
  }
  function show(): void {
    style.removeProperty("opacity");
    style.removeProperty("pointer-events");
  }
  async function check(): Promise<void> {
    hide();
    const own = ++checks;
    const current = await readUserId(window);
    if (own !== checks) return;
    if (current === userId) show();
    else location.reload();
  }

  function onPageHide({ persisted }: PageTransitionEvent): void {
    if (persisted && userId !== null) hide();
  }
  function onPageShow({ persisted }: PageTransitionEvent): void {
    if (!persisted) return;
    if (userId !== null) void check();
    // A page of this site that it comes back from would be named.
    else if (!window.navigation?.activation?.from) location.replace(recognitionUrl(location));
  }
  function onPopState(): void {
    if (userId !== null) void check();
  }

  window.addEventListener("pagehide", onPageHide);
  window.addEventListener("pageshow", onPageShow);
  window.addEventListener("popstate", onPopState);
  if (userId !== null && window.performance.now() > lateMs) void check();
  return () => {
    window.removeEventListener("pagehide", onPageHide);
    window.removeEventListener("pageshow", onPageShow);
    window.removeEventListener("popstate", onPopState);
  };
}

function recognitionUrl({ pathname, search, hash }: GuardedWindow["location"]): string {
  return `/api/auth/recognise?${new URLSearchParams({ returnTo: pathname + search + hash })}`;
}

/** Who is signed in, or null; undefined when the site cannot say. */
async function readUserId(window: GuardedWindow): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(patienceMs);
    const reply = await window.fetch("/api/auth/session", { cache: "no-store", signal });
    const session = (await reply.json()) as { readonly user?: { readonly id?: unknown } } | null;
    return session?.user?.id ?? null;
  } catch {
    return undefined;
  }
}
