"use client";
import { useEffect } from "react";

export interface PageGuardProps {
  /** The user of the page: `session?.user.id ?? null`. */
  readonly userId: string | null;
}

/**
 * Put once into a site's layout: prevents *Back* from showing a page of another user, or of a user who has since signed
 * out. Renders nothing. Without scripts, `Cache-Control: no-store` keeps pages out of most browsers' caches.
 */
export function PageGuard({ userId }: PageGuardProps): null {
  useEffect(() => guardPage(userId, window), [userId]);
  return null;
}

/** Time that a restored page may stay hidden before it is reloaded. */
const timeoutMs = 10_000;
/** A page whose script starts later than this may have been restored from the back-forward cache already. */
const lateMs = 5_000;

/** The part of `window` that the guard uses. */
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
 * Prevents *Back* from showing a page of one user to another.
 *
 * Browsers keep pages in memory (back-forward cache) and Next.js keeps rendered pages in its router; both show them again
 * without asking the site. So the guard hides a page of a signed-in user when it enters the cache, and shows a restored
 * page only after the site confirms that the same user is signed in. Otherwise it reloads the page, which loses typed text.
 *
 * A restored page without a user, reached from another site, is redirected through the hub: the user may have signed in
 * there.
 *
 * @param userId the user whose page it is
 * @returns a function that stops the guard
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

/** Id of the signed-in user, or null; undefined when the site does not answer. */
async function readUserId(window: GuardedWindow): Promise<unknown> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const reply = await window.fetch("/api/auth/session", { cache: "no-store", signal });
    const session = (await reply.json()) as { readonly user?: { readonly id?: unknown } } | null;
    return session?.user?.id ?? null;
  } catch {
    return undefined;
  }
}
