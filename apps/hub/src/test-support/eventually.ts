import { vi } from "vitest";

/** Waits until `assertion` holds: long enough for a busy machine, and no longer than it takes. */
export function eventually<Result>(assertion: () => Result | Promise<Result>): Promise<Result> {
  return vi.waitFor(assertion, { timeout: 15_000, interval: 20 });
}
