import type { Page } from "@playwright/test";

/** Records every address that the page navigates to from now on, redirects included. The list grows. */
export function recordNavigations(page: Page): URL[] {
  const visited: URL[] = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame())
      visited.push(new URL(request.url()));
  });
  return visited;
}
