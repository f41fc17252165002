import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page, test } from "@playwright/test";

/** A browser whose settings refuse all cookies. No call of Playwright does that: it is a preference of a profile. */
export async function openBrowserWithoutCookies(): Promise<{ page: Page; close: () => Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), "gatehouse-no-cookies-"));
  await mkdir(join(profile, "Default"));
  const block = 2;
  await writeFile(
    join(profile, "Default", "Preferences"),
    JSON.stringify({ profile: { default_content_setting_values: { cookies: block } } }),
  );
  const context = await chromium.launchPersistentContext(
    profile,
    test.info().project.use.launchOptions ?? {},
  );
  const close = async () => {
    await context.close();
    await rm(profile, { recursive: true, force: true });
  };
  return { page: context.pages()[0] ?? (await context.newPage()), close };
}
