import { type BrowserContext, test } from "@playwright/test";
import { BrowserFaults } from "./browser-faults.ts";
import { Clock } from "./clock.ts";
import { readSites, type Sites } from "./env.ts";
import { People } from "./people.ts";

export interface GatehouseFixtures {
  /** Makes people for this test and removes them after it. */
  readonly people: People;
  /** Moves the hub's time; put back after the test. */
  readonly clock: Clock;
  /** Origins of the hub and the sites. */
  readonly sites: Sites;
  /** What browsers complain about; every test is failed by what it did not expect. */
  readonly browserFaults: BrowserFaults;
}

/** Playwright's `test` with people, a clock, the sites' addresses, and browsers that may not complain. */
export const gatehouseTest = test.extend<GatehouseFixtures>({
  // Playwright wants the first parameter written as a pattern.
  // biome-ignore lint/correctness/noEmptyPattern: see above
  people: async ({}, use) => {
    const people = new People();
    await use(people);
    await people.removeAll();
  },
  // biome-ignore lint/correctness/noEmptyPattern: see above
  clock: async ({}, use) => {
    const clock = new Clock();
    await use(clock);
    await clock.reset();
  },
  // biome-ignore lint/correctness/noEmptyPattern: see above
  sites: async ({}, use) => use(readSites()),
  browserFaults: [
    async ({ browser }, use) => {
      const faults = new BrowserFaults();
      const watch = (context: BrowserContext) => faults.watch(context);
      browser.on("context", watch);
      await use(faults);
      browser.off("context", watch);
      faults.verify();
    },
    { auto: true },
  ],
});
