import { readFile } from "node:fs/promises";
import { runInNewContext } from "node:vm";
import { expect, test, vi } from "vitest";

const source = await readFile(new URL("../public/assets/new-password.js", import.meta.url), "utf8");

class HTMLElement {
  hidden = true;
  textContent = "";
  value: string | number = "";
  readonly dataset: Record<string, string> = {};
  readonly parts: HTMLElement[] = [];
  querySelector = () => this.parts[0];
  querySelectorAll = () => this.parts.slice(1);
}

class HTMLInputElement extends HTMLElement {
  #listener: () => void = () => undefined;
  addEventListener(_: "input", listener: () => void) {
    this.#listener = listener;
  }
  type(text: string) {
    this.value = text;
    this.#listener();
  }
}

/** The script on a page with one new password. */
function open(least = 15) {
  const [strength, meter, words, status] = Array.from({ length: 4 }, () => new HTMLElement()) as [
    HTMLElement,
    HTMLElement,
    HTMLElement,
    HTMLElement,
  ];
  strength.parts.push(meter, words, status);
  Object.assign(strength.dataset, { measures: "new", least: String(least), known: "blomqvist\npia" });
  const input = new HTMLInputElement();
  runInNewContext(source, {
    document: { querySelectorAll: () => [strength], getElementById: () => input },
    HTMLElement,
    HTMLInputElement,
    setTimeout,
    clearTimeout,
  });
  return { strength, meter, words, status, input };
}

test("is at most 4 kB, and writes no HTML from text", () => {
  expect(Buffer.byteLength(source)).toBeLessThanOrEqual(4096);
  expect(source).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b/);
});

test.each([
  ["a", 0, "14 more characters"],
  ["fourteen chars", 0, "1 more character"],
  ["e\u0301".repeat(14), 0, "1 more character"],
  ["aaaaaaaaaaaaaaaaaa", 1, "Easy to guess"],
  ["passwordpassword", 1, "Easy to guess"],
  ["qwertyuiopasdfgh", 1, "Easy to guess"],
  ["12345678901234567", 1, "Easy to guess"],
  ["Pia Blomqvist 2026", 1, "Easy to guess"],
  ["tT8#kd92mfpwqLx", 2, "Long enough"],
  ["correct horse battery staple", 3, "Long and varied"],
  ["日本語パスワード密碼ひらがなカタ", 3, "Long and varied"],
])("%s", (password, level, text) => {
  const { meter, words, strength, input } = open();
  input.type(password);
  expect([meter.value, strength.hidden]).toEqual([level, false]);
  expect(words.textContent).toContain(text);
});

test("a user with a second factor needs fewer characters", () => {
  const { meter, input } = open(8);
  input.type("kX4!vq9z");
  expect(meter.value).toBe(2);
});

test("the strength is announced once the user pauses, and hidden while nothing is typed", () => {
  vi.useFakeTimers();
  const { status, strength, input } = open();
  input.type("a");
  input.type("ab");
  expect(status.textContent).toBe("");
  vi.advanceTimersByTime(1000);
  expect(status.textContent).toBe("13 more characters");
  input.type("");
  vi.advanceTimersByTime(1000);
  expect([status.textContent, strength.hidden]).toEqual(["", true]);
  vi.useRealTimers();
});
