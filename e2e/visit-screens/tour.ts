import type { Person, Sites } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

/** A tour through the screens: the browser, the user, and the check of each screen. */
export interface Tour {
  readonly page: Page;
  readonly sites: Sites;
  readonly person: Person;
  /** @param screen name of the present screen */
  look(screen: string): Promise<void>;
  /** Opens an address and checks the screen. */
  visit(address: string, screen: string): Promise<void>;
}

/** Visits screens of the hub without its script, which would continue at once. */
export async function withoutScript(page: Page, visit: () => Promise<void>): Promise<void> {
  const script = "**/assets/enhance.js*";
  // An empty script, because one that fails to load is a fault of the browser.
  await page.route(script, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await visit();
  await page.unroute(script);
}
