import {
  type BrowserContext,
  type PlaywrightTestArgs,
  type PlaywrightTestOptions,
  type PlaywrightWorkerArgs,
  type PlaywrightWorkerOptions,
  type TestType,
  test,
} from "@playwright/test";
import { BrowserFaults } from "./browser-faults.ts";
import { Clock } from "./clock.ts";
import { readSites, type Sites } from "./env.ts";
import { People } from "./people.ts";

export interface GatehouseFixtures {
  /** Creates users and removes them after the test. */
  readonly people: People;
  /** Moves the hub's clock, which is reset after the test. */
  readonly clock: Clock;
  /** Origins of the hub and the sites. */
  readonly sites: Sites;
  /** Faults that browsers report; an unexpected one fails the test. */
  readonly browserFaults: BrowserFaults;
}

/** Playwright's `test` with users, a clock, the sites' addresses, and a check for browser faults. */
export const gatehouseTest: TestType<
  PlaywrightTestArgs & PlaywrightTestOptions & GatehouseFixtures,
  PlaywrightWorkerArgs & PlaywrightWorkerOptions
> = test.extend<GatehouseFixtures>({
  // Playwright requires a pattern as the first parameter.
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
