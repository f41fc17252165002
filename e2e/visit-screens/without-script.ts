import type { Page } from "@playwright/test";

/** Visits screens of the hub as they stand without its script, which would go on at once. */
export async function withoutScript(page: Page, visit: () => Promise<void>): Promise<void> {
  const script = "**/assets/enhance.js*";
  // An empty one: a script that fails to load is a complaint of the browser.
  await page.route(script, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await visit();
  await page.unroute(script);
}
