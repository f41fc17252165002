import { describe, expect, test } from "vitest";
import {
  isAhead,
  isFromOwnPage,
  isNavigation,
  isSoftNavigation,
  originInBrowser,
  readRequestId,
} from "./request-headers.ts";

type Sent = Record<string, string>;
const site = "https://shop.example";

test.each<[Sent, boolean | null]>([
  [{ "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, true],
  [{ "sec-fetch-mode": "navigate" }, true],
  [{ "sec-fetch-mode": "navigate", "sec-fetch-dest": "empty" }, true],
  [{ "sec-fetch-dest": "document" }, true],
  [{ "sec-fetch-mode": "navigate", "sec-fetch-dest": "iframe" }, false],
  [{ "sec-fetch-mode": "cors", "sec-fetch-dest": "empty" }, false],
  [{ "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" }, false],
  [{ "sec-fetch-mode": "cors" }, null],
  [{}, null],
])("Fetch Metadata: %j is a navigation: %s", (sent, is) => {
  expect(isNavigation(new Headers(sent))).toBe(is);
});

test.each<[Sent, boolean]>([
  [{ "sec-purpose": "prefetch" }, true],
  [{ "sec-purpose": "prefetch;prerender" }, true],
  [{ "sec-purpose": "prerender" }, true],
  [{ purpose: "Prefetch" }, true],
  [{ "sec-purpose": "", purpose: "prefetch" }, false],
  [{ "x-purpose": "prefetch" }, false],
  [{}, false],
])("%j is a prefetch: %s", (sent, is) => {
  expect(isAhead(new Headers(sent))).toBe(is);
});

describe("the site's origin in the browser", () => {
  const own = { "sec-fetch-site": "same-origin" };

  test.each<[Sent, string | null]>([
    [{ ...own, origin: site }, site],
    [{ ...own, referer: `${site}/cart?x` }, site],
    [{ ...own, origin: "http://localhost:3000", referer: `${site}/` }, "http://localhost:3000"],
    [{ ...own, origin: "null" }, null],
    [{ ...own, referer: "ftp://shop.example/" }, null],
    [{ ...own, referer: "xhttps://shop.example/" }, null],
    [{ ...own, referer: "httpsx://shop.example/" }, null],
    [own, null],
    [{ "sec-fetch-site": "same-site", origin: site }, null],
    [{ "sec-fetch-site": "cross-site", referer: `${site}/` }, null],
    [{ origin: site }, null],
  ])("by %j is %j", (sent, origin) => {
    expect(originInBrowser(new Headers(sent))).toBe(origin);
  });
});

test.each<[Sent, boolean]>([
  [{ "sec-fetch-site": "same-origin", "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" }, true],
  [{ "sec-fetch-site": "same-site", "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" }, false],
  [{ "sec-fetch-site": "cross-site", "sec-fetch-dest": "empty", "sec-fetch-mode": "cors" }, false],
  [{ "sec-fetch-site": "same-origin", "sec-fetch-dest": "image", "sec-fetch-mode": "no-cors" }, false],
  [{ "sec-fetch-site": "same-origin", "sec-fetch-dest": "empty", "sec-fetch-mode": "navigate" }, false],
  [{ "sec-fetch-site": "same-origin" }, false],
])("%j is a soft navigation: %s", (headers, is) => {
  expect(isSoftNavigation(new Request(site, { headers }))).toBe(is);
});

test.each<[Sent, boolean]>([
  [{ origin: site }, true],
  [{ "sec-fetch-site": "same-origin" }, true],
  [{ "sec-fetch-site": "same-origin", origin: "null" }, true],
  [{ "sec-fetch-site": "same-origin", origin: site }, true],
  [{ "sec-fetch-site": "same-origin", origin: "https://evil.example" }, false],
  [{ "sec-fetch-site": "cross-site", origin: site }, false],
  [{ "sec-fetch-site": "same-site", origin: site }, false],
  [{ "sec-fetch-site": "none" }, false],
  [{ "sec-fetch-site": "cross-site", origin: "null" }, false],
  [{ origin: "https://evil.example" }, false],
  [{ origin: "null" }, false],
  [{}, false],
])("a post with %j is of the site's own page: %s", (sent, is) => {
  expect(isFromOwnPage(new Headers(sent), site)).toBe(is);
});

test.each([
  ["0b1c2d3e", true],
  ["0b1c2d3", false],
  ["a".repeat(64), true],
  ["a".repeat(65), false],
  ["0b1c2d3e x", false],
  ["0b1c2d3e;", false],
  ["", false],
])("the request id %j can be logged: %s", (id, can) => {
  expect(readRequestId(new Headers({ "x-request-id": id }))).toBe(can ? id : undefined);
});

test("a request without an id has none", () => {
  expect(readRequestId(new Headers())).toBeUndefined();
});
