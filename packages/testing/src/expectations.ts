import { expect, type Page } from "@playwright/test";
import { callServer } from "./call-server.ts";
import type { Person } from "./people.ts";

/** A site asks the hub again every few seconds, so a logout may take that long to show. */
const patience = { timeout: 20_000 };

/** Asserts that a user is signed in on a site. */
export async function expectSignedInOn(page: Page, site: string, person: Person): Promise<void> {
  await expect
    .poll(() => readSignedInId(page, site), {
      ...patience,
      message: `${person.name} is signed in on ${new URL(site).host}`,
    })
    .toBe(person.id);
}

/** Asserts that nobody is signed in on a site. */
export async function expectSignedOutOn(page: Page, site: string): Promise<void> {
  await expect
    .poll(() => readSignedInId(page, site), {
      ...patience,
      message: `nobody is signed in on ${new URL(site).host}`,
    })
    .toBeNull();
}

/** Asserts that nobody is signed in on any of the sites. */
export async function expectSignedOutEverywhere(page: Page, sites: readonly string[]): Promise<void> {
  await Promise.all(sites.map((site) => expectSignedOutOn(page, site)));
}

/** Asks the site with the browser's cookies, without navigation in the browser and without recording activity. */
async function readSignedInId(page: Page, site: string): Promise<string | null> {
  const cookies = await page.context().cookies(site);
  const { status, body } = await callServer(new URL("/api/auth/session", site).href, {
    headers: { cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
    timeoutMs: 10_000,
  });
  if (status !== 200) throw new Error(`${site} answered ${status} when asked who is signed in.`);
  const session = JSON.parse(body) as { user: { id: string } } | null;
  return session?.user.id ?? null;
}
