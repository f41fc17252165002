/** Accessibility of every screen: axe, and windows of 360 px. */
import AxeBuilder from "@axe-core/playwright";
import { expect, gatehouseTest as test } from "@gatehouse/testing";
import type { Page } from "@playwright/test";
import { tours, visitScreens } from "./visit-screens/visit-screens.ts";

const longName = "Wilhelmina Maximiliana van den Oudenhoven-Rotterdammer-Jonge";
const rightToLeftName = "ליאורה בת־אברהם כהן";
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const desktop = { width: 1280, height: 720 };
const phone = { width: 360, height: 740 };

/** In legacy mode, because the other one opens a page per analysis to read frames of other origins. */
const axeOn = (page: Page) => new AxeBuilder({ page }).setLegacyMode();

/** Texts of the page in the name's place, so that one tour measures every screen with both names. */
async function replaceText(page: Page, before: string, after: string): Promise<void> {
  await page.evaluate(
    ([from, to]) => {
      const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      for (let node = texts.nextNode(); node !== null; node = texts.nextNode())
        if (node.nodeValue?.includes(from)) node.nodeValue = node.nodeValue.replaceAll(from, to);
    },
    [before, after] as const,
  );
}

async function findSideways(page: Page, screen: string): Promise<void> {
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect.soft(width, screen).toBeLessThanOrEqual(phone.width);
}

// One test a tour, with all checks: reaching a screen takes longer than checking it.
for (const { through, visit } of tours) {
  test(`axe finds no fault, light or dark, and at 360 px nothing scrolls sideways, whatever the name: ${through}`, async ({
    browser,
    people,
    sites,
  }) => {
    test.setTimeout(600_000);
    const person = await people.create({ name: longName });
    const context = await browser.newContext({ viewport: desktop, reducedMotion: "reduce" });
    const page = await context.newPage();
    const look = async (screen: string) => {
      await page.setViewportSize(desktop);
      expect(page.frames(), `${screen} has no frames, which axe would leave out`).toHaveLength(1);
      // The dark theme differs only in colours.
      for (const [colorScheme, axe] of [
        ["light", axeOn(page).withTags(tags)],
        ["dark", axeOn(page).withRules("color-contrast")],
      ] as const) {
        await page.emulateMedia({ colorScheme });
        const { violations } = await axe.analyze();
        const findings = violations.map(
          ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`,
        );
        expect.soft(findings, `${screen}, ${colorScheme}`).toEqual([]);
      }
      await page.setViewportSize(phone);
      await findSideways(page, `${screen}, a name of 60 characters`);
      await replaceText(page, longName, rightToLeftName);
      await findSideways(page, `${screen}, a name from right to left`);
      await replaceText(page, rightToLeftName, longName);
    };
    await visitScreens(visit, { page, people, person, sites, look });
    await context.close();
  });
}

for (const [kind, name] of [
  ["a name of 60 characters", longName],
  ["a name from right to left", rightToLeftName],
] as const) {
  test(`${kind} is shown in full, and its text direction is isolated`, async ({ page, people, sites }) => {
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
