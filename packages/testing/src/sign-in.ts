import { logoutUrl } from "@gatehouse/cas/client";
import type { Page } from "@playwright/test";
import { readSites } from "./env.ts";
import type { Person } from "./people.ts";

export interface SignInOptions {
  /** A page of a site, where she wants to be afterwards; or the hub's own origin. Left out: the hub. */
  readonly at?: string;
}

/** Signs a person in through the hub's form, sent there by the site of `at`. Waits until she is back. */
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

/** For a browser that stands on the sign-in page already. */
export async function fillSignInForm(
  page: Page,
  { username, password }: Pick<Person, "username" | "password">,
): Promise<void> {
  await page.getByLabel("Username or email").fill(username);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Signs this browser out at the hub, and so everywhere. */
export async function signOut(page: Page): Promise<void> {
  await page.goto(logoutUrl(readSites().hub));
  await page.getByRole("heading", { name: "You are signed out" }).waitFor();
}
