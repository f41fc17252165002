import { describe, expect, test } from "vitest";
import { parseService } from "./service.ts";
import { isPlainHost, matchesService, parseServicePattern, ServicePatternError } from "./service-pattern.ts";

const matches = (pattern: string, service: string): boolean =>
  matchesService(parseServicePattern(pattern), parseService(service));

describe("2.1.1 services are filtered: exact patterns", () => {
  const pattern = "https://shop.example/api/callback";

  test.each([
    "https://shop.example/api/callback",
    "https://SHOP.example:443/api/callback",
    "https://shop.example/api/callback?state=a&x=%2F..%2F",
    "https://shop.example/api/callback#there",
    "https://shop.example/x/../api/callback",
  ])("%s matches", (service) => {
    expect(matches(pattern, service)).toBe(true);
  });

  test.each([
    "http://shop.example/api/callback",
    "https://shop.example:8443/api/callback",
    "https://shop.example.evil.example/api/callback",
    "https://evilshop.example/api/callback",
    "https://shop.example./api/callback",
    "https://evil.example/https://shop.example/api/callback",
    "https://evil.example/?https://shop.example/api/callback",
    "https://shop.example/api/callback/",
    "https://shop.example/api/callback/more",
    "https://shop.example/api/Callback",
    "https://shop.example/api",
    "https://shop.example/api%2Fcallback",
    "https://shop.example//api/callback",
    "https://shop.example/",
  ])("%s does not match", (service) => {
    expect(matches(pattern, service)).toBe(false);
  });

  test("the root matches with and without its slash", () => {
    expect(matches("https://shop.example", "https://shop.example/")).toBe(true);
    expect(matches("https://shop.example/", "https://shop.example")).toBe(true);
    expect(matches("https://shop.example", "https://shop.example/a")).toBe(false);
  });

  test("the default port of the scheme may be given", () => {
    expect(matches("http://shop.example:80/a", "http://shop.example/a")).toBe(true);
  });

  test("a dot matches only a dot", () => {
    expect(matches("https://shop.example/", "https://shopxexample/")).toBe(false);
  });
});

describe("2.1.1 services are filtered: * is one segment", () => {
  test.each([
    ["https://shop.example/*/callback", "https://shop.example/de/callback", true],
    ["https://shop.example/*/callback", "https://shop.example/caf%C3%A9/callback", true],
    ["https://shop.example/*/callback", "https://shop.example/a/b/callback", false],
    ["https://shop.example/*/callback", "https://shop.example//callback", false],
    ["https://shop.example/*/callback", "https://shop.example/callback", false],
    ["https://shop.example/*", "https://shop.example/a", true],
    ["https://shop.example/*", "https://shop.example/", false],
    ["https://shop.example/*/*", "https://shop.example/a/b", true],
  ])("%s and %s: %s", (pattern, service, expected) => {
    expect(matches(pattern, service)).toBe(expected);
  });
});

describe("2.1.1 services are filtered: /** is the rest of the path", () => {
  test.each([
    ["https://shop.example/app/**", "https://shop.example/app", true],
    ["https://shop.example/app/**", "https://shop.example/app/", true],
    ["https://shop.example/app/**", "https://shop.example/app/a/b/c?d", true],
    ["https://shop.example/app/**", "https://shop.example/application", false],
    ["https://shop.example/app/**", "https://shop.example/", false],
    ["https://shop.example/app/cb/**", "https://shop.example/app", false],
    ["https://shop.example/app/**", "https://shop.example/app/../admin", false],
    ["https://shop.example/**", "https://shop.example/", true],
    ["https://shop.example/**", "https://shop.example/a", true],
    ["https://shop.example/**", "https://evil.example/", false],
    ["https://shop.example/*/cb/**", "https://shop.example/de/cb/x", true],
    ["https://shop.example/*/cb/**", "https://shop.example/de/x/cb", false],
  ])("%s and %s: %s", (pattern, service, expected) => {
    expect(matches(pattern, service)).toBe(expected);
  });
});

describe("2.1.1 a wildcard matches no segment that another parser might read as several", () => {
  test.each([
    ["an encoded slash", "..%2fadmin"],
    ["an encoded slash in capitals", "x%2Fy"],
    ["an encoded backslash", "..%5cadmin"],
    ["dots encoded twice", "%252e%252e"],
    ["a slash encoded twice", "x%252fy"],
    ["path parameters after dots", "..;a=b"],
    ["an encoded semicolon after dots", "..%3Ba"],
    ["zero", "a%00b"],
    ["a line feed", "a%0ab"],
    ["one dot with path parameters", ".;a=b"],
    ["what is no UTF-8", "%ff"],
  ])("%s", (_, segment) => {
    expect(matches("https://shop.example/app/**", `https://shop.example/app/${segment}`)).toBe(false);
    expect(matches("https://shop.example/app/**", `https://shop.example/app/${segment}/more`)).toBe(false);
    expect(matches("https://shop.example/*", `https://shop.example/${segment}`)).toBe(false);
  });

  test("dot segments, encoded or not, are resolved before the comparison", () => {
    expect(matches("https://shop.example/app/**", "https://shop.example/app/%2e%2e/admin")).toBe(false);
    expect(matches("https://shop.example/app/**", "https://shop.example/app/.%2E/app/x")).toBe(true);
  });

  test("an exact segment may contain them, because it is registered so", () => {
    expect(matches("https://shop.example/a%2Fb", "https://shop.example/a%2Fb")).toBe(true);
    expect(matches("https://shop.example/a%2Fb", "https://shop.example/a%2fb")).toBe(false);
  });

  test("dots and percent signs without a meaning match like any character", () => {
    for (const segment of ["a..", "a.;b", "...", "100%25", "%25a"])
      expect(matches("https://shop.example/*", `https://shop.example/${segment}`), segment).toBe(true);
  });
});

describe("2.1.1 invalid patterns are refused", () => {
  test.each([
    "",
    "shop.example",
    "/callback",
    "ftp://shop.example/",
    "https://",
    "https:///callback",
    "https://*.shop.example/",
    "https://*/",
    "https://shop.example:*/",
    "https://alice@shop.example/",
    "https://shop.example/?state=*",
    "https://shop.example/#a",
    "https://shop.example/a\\b",
    "https://shop.example/a b",
    "view-source:https://shop.example/",
    "https://shop.example:99999/",
    "https://sh%6Fp.example/",
    "https://shop.example%2E/",
    "https://shop.example./",
    "https://shop.example;script-src/",
    "https://shop.example,evil.example/",
    "https://shop.example/call*",
    "https://shop.example/**/callback",
    "https://shop.example/***",
    "https://shop.example/a**",
    "^https://shop\\.example/.*$",
  ])("%s", (pattern) => {
    expect(() => parseServicePattern(pattern)).toThrow(ServicePatternError);
  });

  test("with a sentence that continues the name of the field", () => {
    expect(() => parseServicePattern("https://*.shop.example/")).toThrow(/^should be http:\/\//);
    expect(() => parseServicePattern("https://shop.example/a*")).toThrow(/^should have \* only/);
    expect(() => parseServicePattern("https://shop.example:99999/")).toThrow(/^should be a URL$/);
    expect(() => parseServicePattern("https://shop.example./")).toThrow(/^should have a host/);
    expect(() => parseServicePattern("")).toThrow(
      expect.objectContaining({ name: "ServicePatternError", code: "service_pattern_invalid" }),
    );
    expect(parseServicePattern("https://shop.example/**").text).toBe("https://shop.example/**");
  });
});

const hostOf = (url: string): string => new URL(url).hostname;

describe("2.1.1 hosts that all parsers read alike", () => {
  test.each([
    "https://shop.example",
    "https://SHOP.example:8443",
    "https://shop_1.intern",
    "https://localhost",
    "https://bücher.example",
    "https://192.0.2.1",
    "https://[2001:db8::1]",
  ])("%s is valid", (url) => {
    expect(isPlainHost(hostOf(url))).toBe(true);
  });

  test.each([
    ["a semicolon", "https://shop.example;script-src"],
    ["an encoded semicolon", "https://shop.example%3Bscript-src"],
    ["a comma", "https://shop.example,evil.example"],
    ["a quote", "https://shop'.example"],
    ["a star", "https://*.example"],
    ["a trailing dot", "https://shop.example."],
    ["an encoded trailing dot", "https://shop.example%2E"],
    ["an empty label", "https://shop..example"],
  ])("%s is invalid", (_, url) => {
    expect(isPlainHost(hostOf(url))).toBe(false);
  });
});
