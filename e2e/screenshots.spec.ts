/** Pictures of every screen, for review. Written only with `SCREENSHOTS_DIR=/some/folder npm test`. */
import { join } from "node:path";
import { expect, gatehouseTest as test } from "@gatehouse/testing";
import { tours, visitScreens } from "./visit-screens/visit-screens.ts";

const folder = process.env.SCREENSHOTS_DIR;
const colorSchemes = ["light", "dark"] as const;
const sizes = [
  { width: 360, height: 740 },
  { width: 768, height: 1024 },
  { width: 1440, height: 900 },
];

if (folder)
  for (const [index, { through, visit }] of tours.entries())
    test(`pictures, light and dark, at three widths: ${through}`, async ({ page, people, sites }) => {
      test.setTimeout(600_000);
      const person = await people.create({ name: "Ada Example" });
      let screens = 0;
      const look = async (screen: string) => {
        screens += 1;
        const number = `${index + 1}${String(screens).padStart(2, "0")}`;
        for (const colorScheme of colorSchemes) {
          await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
          for (const size of sizes) {
            await page.setViewportSize(size);
            const name = `${number}-${screen.replaceAll(/\W+/g, "-")}-${colorScheme}-${size.width}.png`;
            await page.screenshot({ path: join(folder, name), fullPage: true });
          }
        }
      };
      await visitScreens(visit, { page, people, person, sites, look });
      expect(screens).toBeGreaterThan(0);
    });
