import { describe, expect, test } from "vitest";
import { isPlainHost } from "./host-name.ts";

const hostOf = (url: string): string => new URL(url).hostname;

describe("2.1.1 hosts that everybody reads alike", () => {
  test.each([
    "https://shop.example",
    "https://SHOP.example:8443",
    "https://shop_1.intern",
    "https://localhost",
    "https://bücher.example",
    "https://192.0.2.1",
    "https://[2001:db8::1]",
  ])("%s is one", (url) => {
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
  ])("%s makes none", (_, url) => {
    expect(isPlainHost(hostOf(url))).toBe(false);
  });
});
