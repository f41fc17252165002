/** Runs something over and over, so many at once, for a while. */

/** One round of one of the workers that go round at once. */
export type Round = (worker: number) => Promise<void>;

/** Result of a measured interval. */
export interface Stretch {
  /** Milliseconds each round took. */
  readonly times: readonly number[];
  readonly seconds: number;
}

/**
 * @param round one round; a failing round fails the measurement, or a broken server would win
 * @param atOnce rounds under way at any moment
 */
export async function runRounds(round: Round, atOnce: number, seconds: number): Promise<Stretch> {
  const times: number[] = [];
  const start = performance.now();
  const end = start + seconds * 1000;
  const worker = async (_: unknown, index: number): Promise<void> => {
    while (performance.now() < end) {
      const began = performance.now();
      await round(index);
      times.push(performance.now() - began);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { times, seconds: (performance.now() - start) / 1000 };
}
