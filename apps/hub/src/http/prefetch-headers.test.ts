import { expect, test } from "vitest";
import { isPrefetch, prefetchRefused } from "./prefetch.ts";

test.each<[string, string | undefined, boolean]>([
  ["sec-purpose", "prefetch", true],
  ["sec-purpose", "prefetch;prerender", true],
  ["sec-purpose", "prerender", true],
  ["sec-purpose", "Prefetch", true],
  ["purpose", "prefetch", true],
  ["purpose", "preview", true],
  ["x-purpose", "preview", true],
  ["x-moz", "prefetch", true],
  ["sec-purpose", "", false],
  ["sec-purpose", "navigate", false],
  ["accept", "prefetch", false],
])("Speculation Rules: a request with %s: %s is a prefetch: %s", (name, value, is) => {
  expect(isPrefetch((asked) => (asked === name ? value : undefined))).toBe(is);
});

test("a prefetch gets an error status, so that browsers ask again on the visit", () => {
  expect(prefetchRefused()).toMatchObject({ status: 403, code: "not_a_navigation" });
});
