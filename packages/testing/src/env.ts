/** Where the three are and the key of the hub's test door. `npm test` says so in the environment. */

/** Origins without a closing slash. */
export interface Sites {
  readonly hub: string;
  readonly shop: string;
  readonly bank: string;
}

/** The one place of this package that reads the environment. */
export function readSites(): Sites {
  return { hub: read("HUB_URL"), shop: read("SHOP_URL"), bank: read("BANK_URL") };
}

export function readTestDoorKey(): string {
  return read("TEST_DOOR_KEY");
}

function read(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set. Run the journeys by "npm test", or set what its check "journeys" sets.`,
  );
}
