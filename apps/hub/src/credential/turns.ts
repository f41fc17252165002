/** Lets only so many of one kind go on at once; the others wait for their turn, first come, first served. */
export interface Turns {
  /**
   * @param key of what kind it is
   * @throws TooManyWaiting when the line is too long to join
   */
  take<Result>(key: string, work: () => Promise<Result>): Promise<Result>;
}

/** Nobody joined the line, and nothing was begun. */
export class TooManyWaiting extends Error {
  override readonly name = "TooManyWaiting";
}

interface Line {
  running: number;
  readonly waiting: (() => void)[];
}

/**
 * @param limits.atOnce how many of a kind go on at once
 * @param limits.waiting how many of a kind wait at most: whoever asks without end must not fill the memory
 */
export function createTurns(limits: { readonly atOnce: number; readonly waiting: number }): Turns {
  const lines = new Map<string, Line>();

  async function enter(line: Line): Promise<void> {
    if (line.running < limits.atOnce) {
      line.running++;
      return;
    }
    if (line.waiting.length >= limits.waiting) throw new TooManyWaiting();
    // Whoever leaves hands the place over, so that nobody comes in between.
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
