import type { Page } from "@playwright/test";

/** Every address that the page goes to from now on, the ones that only redirect too. The list grows by itself. */
export function recordNavigations(page: Page): URL[] {
  const visited: URL[] = [];
  page.on("request", (request) => {
    if (request.isNavigationRequest() && request.frame() === page.mainFrame())
      visited.push(new URL(request.url()));
  });
  return visited;
}
