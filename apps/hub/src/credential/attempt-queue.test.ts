import { setImmediate } from "node:timers/promises";
import { expect, test } from "vitest";
import { createAttemptQueue, TooManyWaiting } from "./attempt-queue.ts";

/** Work that goes on until it is told to end. */
function openWork() {
  const { promise, resolve } = Promise.withResolvers<string>();
  const state = { begun: false };
  const run = () => {
    state.begun = true;
    return promise;
  };
  return { state, run, end: resolve };
}

test("work with the same key runs one after the other, and each caller gets its own result", async () => {
  const queue = createAttemptQueue({ atOnce: 1, waiting: 10 });
  const [first, second] = [openWork(), openWork()];
  const results = [queue.run("a", first.run), queue.run("a", second.run)];
  await setImmediate();
  expect([first.state.begun, second.state.begun]).toEqual([true, false]);
  first.end("one");
  expect(await results[0]).toBe("one");
  await setImmediate();
  expect(second.state.begun).toBe(true);
  second.end("two");
  expect(await results[1]).toBe("two");
});

test("work with another key does not wait", async () => {
  const queue = createAttemptQueue({ atOnce: 1, waiting: 10 });
  const slow = openWork();
  const result = queue.run("a", slow.run);
  expect(await queue.run("b", async () => "at once")).toBe("at once");
  slow.end("later");
  await result;
});

test("at most the limit runs at once, in the order of arrival, and all of it runs in the end", async () => {
  const queue = createAttemptQueue({ atOnce: 3, waiting: 100 });
  let running = 0;
  let most = 0;
  const order: number[] = [];
  await Promise.all(
    Array.from({ length: 50 }, (_, index) =>
      queue.run("a", async () => {
        order.push(index);
        most = Math.max(most, ++running);
        await setImmediate();
        running--;
      }),
    ),
  );
  expect(most).toBe(3);
  expect(order).toEqual(Array.from({ length: 50 }, (_, index) => index));
});

test("work with a priority goes before work that waits, and the number of waiting is known", async () => {
  const queue = createAttemptQueue({ atOnce: 1, waiting: 10 });
  const slow = openWork();
  const order: string[] = [];
  const add = (name: string, priority?: number) =>
    queue.run("a", async () => void order.push(name), priority);
  const all = [queue.run("a", slow.run), add("stranger"), add("another"), add("known", 1)];
  expect([queue.waiting("a"), queue.waiting("b")]).toEqual([3, 0]);
  slow.end("done");
  await Promise.all(all);
  expect([order, queue.waiting("a")]).toEqual([["known", "stranger", "another"], 0]);
});

test("failed work does not block the queue", async () => {
  const queue = createAttemptQueue({ atOnce: 1, waiting: 10 });
  const failing = queue.run("a", () => Promise.reject(new Error("broken")));
  const next = queue.run("a", async () => "fine");
  await expect(failing).rejects.toThrow("broken");
  expect(await next).toBe("fine");
});

test("a full queue refuses work, and accepts it again later", async () => {
  const queue = createAttemptQueue({ atOnce: 1, waiting: 1 });
  const slow = openWork();
  const results = [queue.run("a", slow.run), queue.run("a", async () => "waited")];
  await expect(queue.run("a", async () => "never")).rejects.toThrow(TooManyWaiting);
  slow.end("done");
  expect(await Promise.all(results)).toEqual(["done", "waited"]);
  expect(await queue.run("a", async () => "again")).toBe("again");
});
