import "../test-support/next-in-node.ts";
import { describe, expect, test } from "vitest";
import { parseReturnTo, pathOfRequest, readReturnTo, withAskedMarker } from "./return-to.ts";

const site = "https://shop.example";

describe("a place to return to", () => {
  test.each([
    ["/", "/"],
    ["/cart?open=1#top", "/cart?open=1#top"],
    ["/a/../b", "/b"],
    ["/caf%C3%A9", "/caf%C3%A9"],
    ["/?next=https://evil.example", "/?next=https://evil.example"],
    ["/@evil.example", "/@evil.example"],
    [`/?q=${"%C3%A5".repeat(130)}`, `/?q=${"%C3%A5".repeat(130)}`],
    [`/${"a".repeat(799)}`, `/${"a".repeat(799)}`],
    ["/shop/api/auth", "/shop/api/auth"],
  ])("%j is %j", (value, path) => {
    expect(parseReturnTo(value, site)).toBe(path);
  });

  test.each([
    null,
    "",
    "basket",
    "https://evil.example/",
    "https://shop.example/",
    "https:evil.example",
    "javascript:alert(1)",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/a\\b",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/a/..//evil.example",
    "/%2e//evil.example",
    "//shop.example@evil.example",
    "/\u0000",
    "/api/auth/sign-in",
    "/api/auth",
    "/API/auth/sign-out",
    "/api/%61uth/sign-in",
    "/x/../api/auth/recognise",
    "/%ff",
    `/${"a".repeat(800)}`,
    `/${"a".repeat(2000)}`,
    `/${"./".repeat(400)}`,
    `/${"a".repeat(780)}${'"'.repeat(19)}`,
    `/${"å".repeat(400)}`,
    `/?${"&".repeat(500)}`,
  ])("%j is none", (value) => {
    expect(parseReturnTo(value, site)).toBeNull();
  });
});

test.each([
  [1_400, true],
  [1_401, false],
])("a path that takes %d characters in the service URL: accepted %s", (length, isAccepted) => {
  // The slash takes three characters, "&" three, a letter one.
  const letters = (length - 3) % 3;
  const path = `/${"a".repeat(letters)}${"&".repeat((length - 3 - letters) / 3)}`;
  expect(parseReturnTo(path, site)).toBe(isAccepted ? path : null);
});

test.each([
  ["?returnTo=/cart", "/cart"],
  ["?returnTo=//evil.example", "/"],
  ["?next=/cart", "/"],
  ["", "/"],
])("a request for /api/auth/sign-in%s returns to %s", (query, path) => {
  expect(readReturnTo(new Request(`${site}/api/auth/sign-in${query}`))).toBe(path);
});

describe("the path of a request", () => {
  test("is as a person would write it", () => {
    const path = (address: string) => pathOfRequest(new URL(address, site));
    expect(path("/a?b=c%20d")).toBe("/a?b=c%20d");
    expect(path("/a?_rsc=1x&b=c")).toBe("/a?b=c");
    expect(path("/a?gatehouse=asked")).toBe("/a");
  });

  test("carries the marker behind what is there and before the fragment", () => {
    expect(withAskedMarker("/a?b=c#d", site)).toBe("/a?b=c&gatehouse=asked#d");
  });
});
