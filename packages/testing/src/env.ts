/** Environment variables of the journeys, set by `npm test`. */

/** Origins without a closing slash. */
export interface Sites {
  readonly hub: string;
  readonly shop: string;
  readonly bank: string;
}

export function readSites(): Sites {
  return { hub: read("HUB_URL"), shop: read("SHOP_URL"), bank: read("BANK_URL") };
}

export function readTestDoorKey(): string {
  return read("TEST_DOOR_KEY");
}

/** Domains whose subdomains are on this machine, besides `*.localhost`. */
export function readLoopbackDomains(): readonly string[] {
  return readList("LOOPBACK_DOMAINS");
}

/** Hashes of public keys that Chromium trusts, besides those of well-known authorities. */
export function readTrustedKeys(): readonly string[] {
  return readList("TRUSTED_KEYS");
}

function readList(name: string): readonly string[] {
  return (process.env[name] ?? "").split(",").filter((entry) => entry !== "");
}

function read(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set. "npm test" sets it for the journeys; for other tests see the README of @gatehouse/testing.`,
  );
}
