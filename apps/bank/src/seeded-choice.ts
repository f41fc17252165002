import { createHash } from "node:crypto";

/** Choices that are the same for the same seed, on every machine and in every year. */
export interface SeededChoice {
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  oneOf<Item>(items: readonly [Item, ...Item[]]): Item;
  /** True `percent` times of a hundred. */
  chance(percent: number): boolean;
}

/** Choices from a hash of seed and counter. Predictable, so not for secrets. */
export function seededChoice(seed: string): SeededChoice {
  let counter = 0;
  const next = (): number => {
    counter += 1;
    return createHash("sha256").update(`${seed} ${counter}`).digest().readUInt32BE(0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    between,
    oneOf: (items) => items[between(0, items.length - 1)] ?? items[0],
    chance: (percent) => between(1, 100) <= percent,
  };
}
