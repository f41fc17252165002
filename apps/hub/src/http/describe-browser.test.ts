import { expect, test } from "vitest";
import { describeBrowser, readUserAgent } from "./describe-browser.ts";

test.each([
  ["Firefox on Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"],
  [
    "Chrome on Linux",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36",
  ],
  [
    "Safari on iOS",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1",
  ],
  [
    "Safari on macOS",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Safari/605.1.15",
  ],
  ["An unknown program", ""],
])("%s", (said, userAgent) => {
  expect(describeBrowser(userAgent)).toBe(said);
});

test("a header that names no browser gets a general description", () => {
  for (const userAgent of ["x", " ", "curl/8.14.1", "(", "<script>alert(1)</script>", "a".repeat(400)])
    expect(describeBrowser(userAgent), userAgent).toMatch(/\S/);
});

test.each([
  ["a long text", `${"Your account is blocked call 0800 ".repeat(8)}/1 x`],
  ["a host name", "evil.example/1 x"],
  ["an address", "https://evil.example/1 x"],
  ["line breaks", "Line\r\nFrom: x/1 x"],
  ["a C1 line break", "Line\u0085two/1 x"],
  ["turned text", "abc\u202edef/1 x"],
  ["markup", "<b>bold</b>/1 x"],
])("of a header that is free text nothing is repeated: %s", (_, userAgent) => {
  expect(describeBrowser(userAgent)).toMatch(/^An unknown (program|browser)$/);
});

test("a program with a plain name keeps it", () => {
  expect(describeBrowser("curl/8.14.1 x")).toBe("curl");
});

test("a header is kept in 400 characters, without control and format characters", () => {
  expect(readUserAgent(`a\u0000\u0085\u2028\u202e${"b".repeat(500)}`)).toBe(`a    ${"b".repeat(395)}`);
});
