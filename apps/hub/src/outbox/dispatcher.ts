/** Empties an outbox that several hubs share: a queue in the database whose rows one statement claims. */
import type { Log } from "../log.ts";

export interface Dispatcher {
  /** Starts reading the queue. Never throws and never waits, because requests call it. */
  readonly wake: () => void;
  /** Resolves when nothing is due and everything due has been tried. */
  drain(): Promise<void>;
  /** Starts no further delivery, and waits for those in progress. */
  close(): Promise<void>;
}

export interface Outbox<Item extends { readonly id: string }> {
  /** For the log: `logout`, `mail`. */
  readonly name: string;
  /** Maximum number of concurrent deliveries. */
  readonly most: number;
  /**
   * Claims due items.
   *
   * @param limit largest number of items
   * @param underWay items in progress in this process
   */
  claim(limit: number, underWay: readonly Item[]): Promise<readonly Item[]>;
  /** Delivers one item and records the result. */
  deliver(item: Item): Promise<void>;
  /** Whether items that were not claimed may be claimed once this one is finished. */
  readonly holdsBack?: (item: Item, underWay: readonly Item[]) => boolean;
  readonly log: Log;
}

export function createDispatcher<Item extends { readonly id: string }>(outbox: Outbox<Item>): Dispatcher {
  const { name, most, log } = outbox;
  /** Deliveries in progress. A slow one delays only itself. */
  const underWay = new Map<Promise<void>, Item>();
  let closed = false;
  let claiming: Promise<void> | undefined;
  let again = false;

  /** Claims and starts due deliveries until none is left. */
  async function claim(): Promise<void> {
    do {
      again = false;
      let claimed = most;
      while (claimed > 0 && !closed) {
        if (underWay.size === most) await Promise.race(underWay.keys());
        const due = await outbox.claim(most - underWay.size, [...underWay.values()]);
        for (const item of due) begin(item);
        claimed = due.length;
      }
    } while (again && !closed);
  }

  function begin(item: Item): void {
    const delivery = outbox
      .deliver(item)
      .catch((error) => log.error({ err: error, delivery: item.id }, `${name}: result not recorded`))
      .finally(() => {
        const holdsBack = outbox.holdsBack?.(item, [...underWay.values()]) ?? false;
        underWay.delete(delivery);
        if (holdsBack) wake();
      });
    underWay.set(delivery, item);
  }

  function look(): Promise<void> {
    again = true;
    claiming ??= claim().finally(() => {
      claiming = undefined;
    });
    return claiming;
  }

  function wake(): void {
    if (!closed)
      look().catch((error) => log.error({ err: error }, `${name} queue not read; will retry soon`));
  }

  return {
    wake,
    async drain() {
      for (await look(); underWay.size > 0; await look()) await Promise.all(underWay.keys());
    },
    async close() {
      closed = true;
      await claiming?.catch(() => undefined);
      await Promise.all(underWay.keys());
    },
  };
}
