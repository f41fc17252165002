import { test } from "@playwright/test";
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
}

/** Playwright's `test` with people, a clock and the sites' addresses. */
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
});
