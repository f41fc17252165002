import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { relativeTimeWords } from "@gatehouse/ui";
import { expect, test } from "vitest";

const source = await readFile(new URL("../public/assets/enhance.js", import.meta.url), "utf8");

/** Runs the script on a page that holds times and nothing else. */
function refreshed(dates: readonly Date[]): readonly string[] {
  class HTMLElement {
    textContent = "";
    title = "";
    readonly date: Date;
    constructor(date: Date) {
      this.date = date;
    }
    getAttribute() {
      return this.date.toISOString();
    }
  }
  const times = dates.map((date) => new HTMLElement(date));
  const document = {
    forms: [],
    querySelectorAll: (selector: string) => (selector.startsWith("time") ? times : []),
  };
  runInNewContext(source, {
    document,
    HTMLElement,
    HTMLInputElement: HTMLElement,
    addEventListener() {},
    setInterval() {},
  });
  return times.map(({ textContent }) => textContent);
}

test("is at most 4 kB", () => {
  expect(Buffer.byteLength(source)).toBeLessThanOrEqual(4096);
});

test("makes no HTML from text", () => {
  expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
});

test("says times in the words that the server says", () => {
  const now = new Date();
  const dates = [0, 65, 4000, 90_000, 900_000, 5_000_000, 90_000_000].map(
    (s) => new Date(now.getTime() - s * 1000),
  );
  expect(refreshed(dates)).toEqual(dates.map((date) => relativeTimeWords(date, now)));
});
