/** Every screen, as axe and narrow windows see it. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Sites, gatehouseTest as test } from "@gatehouse/testing";
import { visitScreens } from "./visit-screens/visit-screens.ts";

const longName = "Wilhelmina Maximiliana van den Oudenhoven-Rotterdammer-Jonge";
const rightToLeftName = "ליאורה בת־אברהם כהן";
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const sameOverHttps = "The page is the same over https, where one tour of all screens looks for complaints.";
const isHttps = ({ hub }: Sites) => hub.startsWith("https:");

for (const colorScheme of ["light", "dark"] as const) {
  test(`axe finds nothing on any screen in ${colorScheme}`, async ({ browser, people, sites }) => {
    test.skip(isHttps(sites), sameOverHttps);
    test.slow();
    const person = await people.create();
    const context = await browser.newContext({ colorScheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    await visitScreens(page, sites, person, async (screen) => {
      const { violations } = await new AxeBuilder({ page }).withTags(tags).analyze();
      const findings = violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`,
      );
      expect.soft(findings, screen).toEqual([]);
    });
    await context.close();
  });
}

for (const [kind, name] of [
  ["a name of 60 characters", longName],
  ["a name from right to left", rightToLeftName],
] as const) {
  test(`at 360 px nothing has to be scrolled sideways, with ${kind}`, async ({ browser, people, sites }) => {
    test.skip(isHttps(sites) && name !== longName, sameOverHttps);
    test.slow();
    const person = await people.create({ name });
    const context = await browser.newContext({ viewport: { width: 360, height: 740 } });
    const page = await context.newPage();
    await visitScreens(page, sites, person, async (screen) => {
      const width = await page.evaluate(() => document.documentElement.scrollWidth);
      expect.soft(width, screen).toBeLessThanOrEqual(360);
    });
    await context.close();
  });

  test(`${kind} is shown whole and keeps its direction to itself`, async ({ page, people, sites }) => {
    const person = await people.create({ name });
    await page.goto(`${sites.hub}/account`);
    await page.getByLabel("Username or email").fill(person.email);
    await page.getByLabel("Password", { exact: true }).fill(person.password);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
    for (const address of [`${sites.hub}/account`, sites.shop, `${sites.bank}/accounts`]) {
      await page.goto(address);
      await expect(page.locator("bdi", { hasText: name }).first()).toBeVisible();
    }
  });
}
