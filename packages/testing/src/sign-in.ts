import { logoutUrl } from "@gatehouse/cas/client";
import type { Page } from "@playwright/test";
import { readSites } from "./env.ts";
import type { Person } from "./people.ts";

export interface SignInOptions {
  /** Page of a site to return to, or the hub's origin; absent: the hub. */
  readonly at?: string;
}

/** Signs in through the hub's form, starting from the site of `at`, and waits until the browser is back there. */
export async function signIn(page: Page, person: Person, { at }: SignInOptions = {}): Promise<void> {
  const { hub } = readSites();
  const target = new URL(at ?? hub);
  if (target.origin === hub) {
    await page.goto(`${hub}/cas/login`);
  } else {
    const returnTo = `${target.pathname}${target.search}`;
    await page.goto(`${target.origin}/api/auth/sign-in?${new URLSearchParams({ returnTo })}`);
  }
  await fillSignInForm(page, person);
  await page.waitForURL((url) => url.origin === target.origin && url.pathname !== "/cas/login");
}

/** Fills and submits the sign-in page that the browser shows. */
export async function fillSignInForm(
  page: Page,
  { username, password }: Pick<Person, "username" | "password">,
): Promise<void> {
  await page.getByLabel("Username or email").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Signs the browser out everywhere. */
export async function signOut(page: Page): Promise<void> {
  await page.goto(logoutUrl(readSites().hub));
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
}
