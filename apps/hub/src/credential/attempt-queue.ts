import PQueue from "p-queue";

/** Limits concurrent work per key; more work waits in a queue, in order of arrival unless it has a priority. */
export interface AttemptQueue {
  /**
   * @param key work with the same key shares a queue
   * @param priority work with a higher one goes first
   * @throws TooManyWaiting when the queue is full
   */
  run<Result>(key: string, work: () => Promise<Result>, priority?: number): Promise<Result>;
  /** Number of attempts that wait. */
  waiting(key: string): number;
}

/** The queue was full; the work was not started. */
export class TooManyWaiting extends Error {
  override readonly name = "TooManyWaiting";
}

/**
 * @param limits.atOnce maximum running per key
 * @param limits.waiting maximum waiting per key, which bounds the memory
 */
export function createAttemptQueue(limits: {
  readonly atOnce: number;
  readonly waiting: number;
}): AttemptQueue {
  const queues = new Map<string, PQueue>();
  return {
    async run(key, work, priority = 0) {
      const queue = queues.get(key) ?? new PQueue({ concurrency: limits.atOnce });
      if (queue.size >= limits.waiting) throw new TooManyWaiting();
      queues.set(key, queue);
      try {
        return await queue.add(work, { priority });
      } finally {
        if (queue.size === 0 && queue.pending === 0) queues.delete(key);
      }
    },
    waiting: (key) => queues.get(key)?.size ?? 0,
  };
}
