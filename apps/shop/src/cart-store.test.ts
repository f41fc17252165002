import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ANONYMOUS_CART_DAYS, type CartOwner, type CartStore, openCartStore } from "./cart-store.ts";

const RACERS = 3;
const DAY = 24 * 60 * 60 * 1000;
const alice: CartOwner = { person: "person-alice" };
const bob: CartOwner = { person: "person-bob" };

let folder: string;
let file: string;
let now: number;
let store: CartStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shop-carts-"));
  file = join(folder, "shop.sqlite");
  now = Date.UTC(2026, 10, 1);
  store = openCartStore(file, () => now);
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function browserCart(product: string, quantity: number): string {
  const owner = store.add({ browser: "" }, product, quantity);
  if (!("browser" in owner)) throw new Error("an anonymous cart belongs to a browser");
  return owner.browser;
}

it("keeps the carts in a private file", () => {
  expect([file, `${file}-wal`].map((name) => statSync(name).mode & 0o777)).toEqual([0o600, 0o600]);
});

describe("a cart of an anonymous browser", () => {
  it("gets a token of 256 random bits, of which the file keeps only the hash", () => {
    const browser = browserCart("milk", 2);
    expect(Buffer.from(browser, "base64url")).toHaveLength(32);
    expect(store.read({ browser })).toEqual([{ product: "milk", quantity: 2 }]);
    for (const part of [file, `${file}-wal`]) expect(readFileSync(part).includes(browser)).toBe(false);
  });

  it("is never opened under a token that the shop did not issue", () => {
    const owner = store.add({ browser: "planted" }, "milk", 1);
    expect(owner).not.toEqual({ browser: "planted" });
    expect(store.read({ browser: "planted" })).toEqual([]);
  });

  it("keeps its token from one change to the next", () => {
    const browser = browserCart("milk", 1);
    expect(store.add({ browser }, "eggs", 1)).toEqual({ browser });
  });

  it("expires 30 days after the last change, and the next write deletes it", () => {
    const browser = browserCart("milk", 1);
    now += (ANONYMOUS_CART_DAYS - 1) * DAY;
    store.setQuantity({ browser }, "milk", 3);
    now += (ANONYMOUS_CART_DAYS - 1) * DAY;
    expect(store.read({ browser })).toEqual([{ product: "milk", quantity: 3 }]);
    now += DAY;
    expect(store.read({ browser })).toEqual([]);
    expect(store.mergeIntoPersonCart(browser, "person-alice")).toBe(false);
    store.add(bob, "eggs", 1);
    now -= 2 * DAY;
    expect(store.read({ browser })).toEqual([]);
  });
});

describe("lines", () => {
  it("add up to 99, in the order in which they were added first", () => {
    store.add(alice, "milk", 60);
    store.add(alice, "eggs", 1);
    store.add(alice, "milk", 60);
    expect(store.read(alice)).toEqual([
      { product: "milk", quantity: 99 },
      { product: "eggs", quantity: 1 },
    ]);
  });

  it("are set and removed; an absent line is not created", () => {
    store.add(alice, "milk", 1);
    store.setQuantity(alice, "milk", 4);
    store.setQuantity(alice, "eggs", 4);
    expect(store.read(alice)).toEqual([{ product: "milk", quantity: 4 }]);
    store.remove(alice, "milk");
    expect(store.read(alice)).toEqual([]);
  });

  it("refuse a quantity outside 1 to 99, and the cart is unchanged", () => {
    store.add(alice, "milk", 1);
    expect(() => store.setQuantity(alice, "milk", 0)).toThrow(/CHECK/);
    expect(() => store.add(alice, "eggs", 100)).toThrow(/CHECK/);
    expect(store.read(alice)).toEqual([{ product: "milk", quantity: 1 }]);
  });
});

describe("signing in", () => {
  it("moves the browser's cart into the user's and adds quantities, up to 99", () => {
    store.add(alice, "milk", 98);
    const browser = browserCart("eggs", 2);
    store.add({ browser }, "milk", 5);
    expect(store.mergeIntoPersonCart(browser, "person-alice")).toBe(true);
    expect(store.read(alice)).toEqual([
      { product: "milk", quantity: 99 },
      { product: "eggs", quantity: 2 },
    ]);
    expect(store.read({ browser })).toEqual([]);
  });

  it("moves it once: a second attempt finds nothing", () => {
    const browser = browserCart("milk", 2);
    store.mergeIntoPersonCart(browser, "person-alice");
    expect(store.mergeIntoPersonCart(browser, "person-alice")).toBe(false);
    expect(store.read(alice)).toEqual([{ product: "milk", quantity: 2 }]);
  });

  it("moves it once when several threads try concurrently", async () => {
    const browsers = Array.from({ length: 40 }, () => browserCart("milk", 1));
    const arrived = new SharedArrayBuffer(4);
    const moved = await Promise.all(
      Array.from({ length: RACERS }, () => mergeInThread(browsers, arrived, now)),
    );
    for (const round of browsers.keys()) {
      expect(moved.filter((tab) => tab[round])).toHaveLength(1);
    }
    expect(store.read(alice)).toEqual([{ product: "milk", quantity: 40 }]);
  });

  it("shows the next user of the browser nothing of the previous one", () => {
    const browser = browserCart("milk", 2);
    store.mergeIntoPersonCart(browser, "person-alice");
    expect(store.read({ browser })).toEqual([]);
    expect(store.mergeIntoPersonCart(browser, "person-bob")).toBe(false);
    expect(store.read(bob)).toEqual([]);
  });
});

it("a user's cart does not expire and survives restarts", () => {
  store.add(alice, "milk", 2);
  const browser = browserCart("eggs", 1);
  store.close();
  store = openCartStore(file, () => now);
  expect(store.read({ browser })).toEqual([{ product: "eggs", quantity: 1 }]);
  now += 1000 * DAY;
  store.add(bob, "eggs", 1);
  expect(store.read(alice)).toEqual([{ product: "milk", quantity: 2 }]);
});

/**
 * One tab: a thread with its own connection, which waits for the others before each cart, so that all try at the same
 * moment.
 */
function mergeInThread(browsers: string[], arrived: SharedArrayBuffer, at: number): Promise<boolean[]> {
  const program = `
    const { parentPort, workerData: tab } = require("node:worker_threads");
    const arrived = new Int32Array(tab.arrived);
    import(tab.module).then(({ openCartStore }) => {
      const store = openCartStore(tab.file, () => tab.at);
      const moved = tab.browsers.map((browser, round) => {
        Atomics.add(arrived, 0, 1);
        while (Atomics.load(arrived, 0) < (round + 1) * tab.racers);
        return store.mergeIntoPersonCart(browser, "person-alice");
      });
      store.close();
      parentPort.postMessage(moved);
    });`;
  const module = new URL("./cart-store.ts", import.meta.url).href;
  const workerData = { module, file, browsers, arrived, at, racers: RACERS };
  const worker = new Worker(program, { eval: true, workerData });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}
