import { fillSignInForm, type People, type Person, type Sites, signIn } from "@gatehouse/testing";
import type { Page } from "@playwright/test";

/** A tour through the screens: the browser, the user, and the check of each screen. */
export interface Tour {
  readonly page: Page;
  readonly sites: Sites;
  readonly person: Person;
  /** Creates further users. */
  readonly people: Pick<People, "create">;
  /** @param screen name of the present screen */
  look(screen: string): Promise<void>;
  /** Opens an address and checks the screen. */
  visit(address: string, screen: string): Promise<void>;
}

/** Visits screens of the hub without one of its scripts: some continue at once, some replace a notice. */
export async function withoutScript(
  page: Page,
  visit: () => Promise<void>,
  script: "enhance" | "passkey" = "enhance",
): Promise<void> {
  const address = `**/assets/${script}.js*`;
  // An empty script, because one that fails to load is a fault of the browser.
  await page.route(address, (route) => route.fulfill({ contentType: "text/javascript", body: "" }));
  await visit();
  await page.unroute(address);
}

/** Signs in anew and opens a page of the hub that demands a recent sign-in. A tour with axe outlasts the five minutes. */
export async function openWithFreshSignIn(
  { page, sites: { hub } }: Tour,
  person: Person,
  path: string,
): Promise<void> {
  await page.goto(`${hub}/cas/login?${new URLSearchParams({ renew: "true", return: path })}`);
  await fillSignInForm(page, person);
  await page.waitForURL(`${hub}${path}`);
}

/** Another user takes over the browser. */
export async function becomeAnother({ page, sites: { hub } }: Tour, person: Person): Promise<void> {
  await page.context().clearCookies();
  await signIn(page, person, { at: hub });
}
