import { matchesService, parseService, parseServicePattern } from "@gatehouse/cas/server";
import { describe, expect, test } from "vitest";
import { commonService } from "./common-service.ts";

const common = (left: string, right: string) =>
  commonService(parseServicePattern(left), parseServicePattern(right))?.url;
const at = (path: string) => `https://a.example${path}`;

describe("two patterns match a common service", () => {
  test.each([
    ["/callback", "/callback"],
    ["/callback", "/*"],
    ["/*", "/*"],
    ["/a/*", "/*/b"],
    ["/a/*/c", "/*/b/*"],
    ["/**", "/"],
    ["/**", "/callback"],
    ["/**", "/**"],
    ["/a/**", "/a"],
    ["/a/**", "/a/"],
    ["/a/**", "/a/b/c"],
    ["/a/**", "/a/*/c"],
    ["/a/**", "/a/b/**"],
    ["/*/b/**", "/a/**"],
    ["/*/**", "/a"],
    ["", "/"],
    ["", "/**"],
  ])("%s and %s", (left, right) => {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const url = common(at(one), at(other)) ?? "";
      for (const pattern of [one, other])
        expect(matchesService(parseServicePattern(at(pattern)), parseService(url)), pattern).toBe(true);
    }
  });
});

describe("two patterns match no common service", () => {
  test.each([
    ["/callback", "/other"],
    ["/callback", "/callback/"],
    ["/callback", "/Callback"],
    ["/*", "/"],
    ["/*", "/a/b"],
    ["/a/*", "/a"],
    ["/a/*", "/b/*"],
    ["/a/**", "/b/**"],
    ["/a/**", "/ab"],
    ["/a/**", "/b"],
    ["/a/b/**", "/a"],
    ["/a/*/**", "/a"],
    ["/a/*/c", "/a/b/d"],
    // A wildcard stands for plain segments only.
    ["/*", "/a%2Fb"],
    ["/a/**", "/a/%252e"],
  ])("%s and %s", (left, right) => {
    expect(common(at(left), at(right))).toBeUndefined();
    expect(common(at(right), at(left))).toBeUndefined();
  });

  test.each([
    ["another host", "https://b.example/**"],
    ["another port", "https://a.example:8443/**"],
    ["another scheme", "http://a.example/**"],
  ])("%s", (_, other) => {
    expect(common(at("/**"), other)).toBeUndefined();
    expect(common(other, at("/**"))).toBeUndefined();
  });
});

test("of all short patterns exactly those overlap for which some short address matches both", () => {
  const grow = (words: readonly string[], paths: readonly string[]): string[] =>
    paths.flatMap((path) => words.map((word) => `${path}/${word}`));
  const exact = [
    ...grow(["a", "b", "*", ""], [""]),
    ...grow(["a", "b", "*", ""], grow(["a", "b", "*"], [""])),
  ];
  const paths = ["/**", ...exact, ...["/a/**", "/b/**", "/*/**", "/a/b/**", "/*/a/**", "/a/*/**"]];
  const words = ["a", "b", "x", "", "%2F"];
  const addresses = [
    ...grow(words, [""]),
    ...grow(words, grow(words, [""])),
    ...grow(words, grow(words, grow(words, [""]))),
  ];
  const services = addresses.map((path) => parseService(at(path)));
  const patterns = paths.map((path) => parseServicePattern(at(path)));
  for (const left of patterns)
    for (const right of patterns) {
      const fits = services.some((one) => matchesService(left, one) && matchesService(right, one));
      expect(commonService(left, right) !== undefined, `${left.text} ${right.text}`).toBe(fits);
    }
});
