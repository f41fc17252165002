/** Limits concurrent work per key; more work waits in a queue, first come, first served. */
export interface Turns {
  /**
   * @param key work with the same key shares a queue
   * @throws TooManyWaiting when the queue is full
   */
  take<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

/** The queue was full; the work was not started. */
export class TooManyWaiting extends Error {
  override readonly name = "TooManyWaiting";
}

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * @param limits.atOnce maximum running per key
 * @param limits.waiting maximum waiting per key, which bounds the memory
 */
export function createTurns(limits: { readonly atOnce: number; readonly waiting: number }): Turns {
  const lines = new Map<string, Line>();

  async function enter(line: Line): Promise<void> {
    if (line.running < limits.atOnce) {
      line.running++;
      return;
    }
    if (line.waiting.length >= limits.waiting) throw new TooManyWaiting();
    // Finished work passes its place on directly, so that no newcomer takes it.
    await new Promise<void>((resolve) => line.waiting.push(resolve));
  }

  function leave(key: string, line: Line): void {
    const next = line.waiting.shift();
    if (next !== undefined) next();
    else if (--line.running === 0) lines.delete(key);
  }

  return {
    async take(key, work) {
      const line = lines.get(key) ?? { running: 0, waiting: [] };
      lines.set(key, line);
      await enter(line);
      try {
        return await work();
      } finally {
        leave(key, line);
      }
    },
  };
}
