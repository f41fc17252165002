import type { Person, Sites } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

/** One walk through the screens: the browser, who walks, and what is done on each screen. */
export interface Tour {
  readonly page: Page;
  readonly sites: Sites;
  readonly person: Person;
  /** @param screen a name for what the browser shows now */
  look(screen: string): Promise<void>;
  /** Goes to an address and looks. */
  visit(address: string, screen: string): Promise<void>;
}

/** Visits screens of the hub as they stand without its script, which would go on at once. */
export async function withoutScript(page: Page, visit: () => Promise<void>): Promise<void> {
  const script = "**/assets/enhance.js*";
  // An empty one: a script that fails to load is a complaint of the browser.
  await page.route(script, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await visit();
  await page.unroute(script);
}
