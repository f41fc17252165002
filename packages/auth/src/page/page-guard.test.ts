import { beforeEach, describe, expect, test } from "vitest";
import { type GuardedWindow, guardPage } from "./page-guard.ts";

/** The part of a window that the guard uses; the test decides when and how the site answers. */
class WindowInTest extends EventTarget {
  readonly styles = new Map<string, string>();
  readonly asked: string[] = [];
  reloads = 0;
  age = 0;
  /** The page that the browser came from; null: of another site. */
  from: object | null = {};
  #answers: ((reply: Response | Error) => void)[] = [];

  readonly document = {
    documentElement: {
      style: {
        setProperty: (name: string, value: string) => void this.styles.set(name, value),
        removeProperty: (name: string) => `${this.styles.delete(name)}`,
      },
    },
  };
  readonly left: string[] = [];
  readonly location = {
    pathname: "/products/tea",
    search: "?size=2",
    hash: "#top",
    reload: () => void this.reloads++,
    replace: (address: string) => void this.left.push(address),
  };
  readonly performance = { now: () => this.age } as Performance;
  get navigation() {
    return { activation: { from: this.from } };
  }

  fetch = (address: string | URL | Request): Promise<Response> => {
    this.asked.push(String(address));
    return new Promise((resolve, reject) => {
      this.#answers.push((reply) => (reply instanceof Error ? reject(reply) : resolve(reply)));
    });
  };

  get hidden(): boolean {
    return this.styles.get("opacity") === "0";
  }

  happen(type: string, persisted = false): void {
    this.dispatchEvent(Object.assign(new Event(type), { persisted }));
  }

  /** Answers the oldest request, and waits until the guard has handled it. */
  async answer(reply: unknown): Promise<void> {
    this.#answers.shift()?.(reply instanceof Error ? reply : Response.json(reply));
    await new Promise<void>((heard) => setImmediate(heard));
  }
}

let window: WindowInTest;
const guard = (userId: string | null) => guardPage(userId, window as unknown as GuardedWindow);
const alice = { user: { id: "alice" } };
const bob = { user: { id: "bob" } };

beforeEach(() => {
  window = new WindowInTest();
});

describe("a page of a signed-in user", () => {
  test("is hidden before it enters the back-forward cache, until the site has answered", async () => {
    guard("alice");
    window.happen("pagehide", true);
    expect(window.hidden).toBe(true);
    window.happen("pageshow", true);
    expect(window.asked).toEqual(["/api/auth/session"]);
    expect(window.hidden).toBe(true);
    await window.answer(alice);
    expect([window.hidden, window.reloads]).toEqual([false, 0]);
  });

  test.each<[string, unknown]>([
    ["nobody", null],
    ["somebody else", bob],
    ["nothing, because the network is gone", new TypeError("Failed to fetch")],
    ["something else", "<html>"],
  ])("is reloaded while hidden if the site answers with %s", async (_, reply) => {
    guard("alice");
    window.happen("pagehide", true);
    window.happen("pageshow", true);
    await window.answer(reply);
    expect([window.hidden, window.reloads]).toEqual([true, 1]);
  });

  test("is checked when the router of Next.js goes back", async () => {
    guard("alice");
    window.happen("popstate");
    expect(window.hidden).toBe(true);
    await window.answer(null);
    expect([window.hidden, window.reloads]).toEqual([true, 1]);
  });

  test("is shown only after the last of several answers", async () => {
    guard("alice");
    window.happen("popstate");
    window.happen("popstate");
    await window.answer(alice);
    expect(window.hidden).toBe(true);
    await window.answer(null);
    expect([window.hidden, window.reloads]).toEqual([true, 1]);
  });

  test("is checked if its script starts long after the page was rendered", async () => {
    window.age = 5_001;
    guard("alice");
    expect(window.hidden).toBe(true);
    await window.answer(alice);
    expect(window.hidden).toBe(false);
  });

  test("is not checked without a navigation back", () => {
    guard("alice");
    window.happen("pageshow");
    window.happen("pagehide");
    expect([window.asked, window.hidden, window.reloads]).toEqual([[], false, 0]);
  });

  test("is not checked after the guard was stopped", () => {
    guard("alice")();
    window.happen("pagehide", true);
    window.happen("pageshow", true);
    window.happen("popstate");
    expect([window.asked, window.hidden]).toEqual([[], false]);
  });
});

describe("a page without a user", () => {
  test("is redirected through the hub when restored from another site, where the user may have signed in", () => {
    guard(null);
    window.from = null;
    window.happen("pagehide", true);
    expect(window.hidden).toBe(false);
    window.happen("pageshow", true);
    expect(window.left).toEqual(["/api/auth/recognise?returnTo=%2Fproducts%2Ftea%3Fsize%3D2%23top"]);
    expect([window.asked, window.reloads]).toEqual([[], 0]);
  });

  test("is unchanged when restored from a page of the site", () => {
    guard(null);
    window.happen("pageshow", true);
    window.happen("popstate");
    expect([window.asked, window.hidden, window.reloads, window.left]).toEqual([[], false, 0, []]);
  });
});
