const key = Symbol.for("gatehouse.auth.proxy-runs");

/** Whether `recognise` has run in this process, for the site's log. */
export interface ProxyRuns {
  note(): void;
  /** The probable cause when a page was rendered without it. */
  said(): string;
}

/** @param shared object common to the proxy and the pages, which Next.js bundles separately */
export function readProxyRuns(siteId: string, shared: object): ProxyRuns {
  const holder = shared as { [key]?: Set<string> };
  holder[key] ??= new Set();
  const seen = holder[key];
  return {
    note: () => void seen.add(siteId),
    said: () =>
      seen.has(siteId)
        ? "The proxy runs, but not for this page: either `matcher` in proxy.ts leaves its address out, or proxy.ts answers with a response of its own instead of the one from `recognise` (return that one, or pass on its headers)."
        : 'The site has no proxy.ts beside app/, or it does not call `recognise`: add `export { recognise as proxy } from "./src/auth"`.',
  };
}
