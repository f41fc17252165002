import { expect, test } from "vitest";
import { BrowserCookies, type CookieRequest } from "./browser-cookies.ts";

const https = "https://login.example.com";
const to = (url: string, more: Partial<CookieRequest> = {}): CookieRequest => ({
  method: "GET",
  url,
  crossSite: false,
  navigation: true,
  ...more,
});

test.each([
  ["5.4 __Host- with a path", "__Host-a=1; Path=/oidc; Secure", `${https}/oidc`],
  ["5.4 __Host- without Secure", "__Host-a=1; Path=/", `${https}/`],
  ["5.4 __Host- with a domain", "__Host-a=1; Path=/; Secure; Domain=example.com", `${https}/`],
  ["5.4 __Secure- without Secure", "__Secure-a=1; Path=/", `${https}/`],
  ["5.7 Secure over http", "a=1; Path=/; Secure", "http://login.example.com/"],
  ["5.7 the domain of somebody else", "a=1; Domain=other.example.com", `${https}/`],
  ["5.7 a public suffix", "a=1; Domain=com", `${https}/`],
  ["5.7 more than 4096 bytes", `a=${"x".repeat(4096)}`, `${https}/`],
])("RFC 6265bis %s fails the test", (_, set, url) => {
  expect(() => new BrowserCookies(https).keep(set, to(url))).toThrow("A browser refuses");
});

test("RFC 6265bis 5.7 SameSite: a cookie set by a script of another site is refused, by a page that it leads to kept", () => {
  const cookies = new BrowserCookies(https);
  const set = "a=1; SameSite=Lax";
  const script = to(https, { crossSite: true, navigation: false });
  expect(() => cookies.keep(set, script)).toThrow("A browser refuses");
  cookies.keep(set, to(https, { method: "POST", crossSite: true }));
  expect(cookies.get("a")).toBe("1");
});

test("RFC 6265bis 5.8.3 a cookie is sent to its path only, over https only if it is Secure", () => {
  const cookies = new BrowserCookies(https);
  cookies.keep("a=1; Path=/oidc/auth/x; Secure", to(`${https}/oidc/auth`));
  const sent = (url: string) => cookies.sentWith(to(url));
  expect(sent(`${https}/oidc/auth/x`)).toBe("a=1");
  for (const url of [
    `${https}/oidc/auth/y`,
    `${https}/oidc/auth/xx`,
    "http://login.example.com/oidc/auth/x",
    "https://other.example.com/oidc/auth/x",
  ])
    expect(sent(url), url).toBe("");
});

test("RFC 6265bis 5.8.3 SameSite=Lax is sent with a link of another site, not with its form", () => {
  const cookies = new BrowserCookies(https);
  cookies.keep("a=1; SameSite=Lax", to(https));
  cookies.keep("b=1; SameSite=Strict", to(https));
  const sent = (more: Partial<CookieRequest>) => cookies.sentWith(to(https, more));
  expect(sent({})).toBe("a=1; b=1");
  expect(sent({ crossSite: true })).toBe("a=1");
  expect(sent({ crossSite: true, method: "POST" })).toBe("");
  expect(sent({ crossSite: true, navigation: false })).toBe("");
});

test("RFC 6265bis 5.6.2 Max-Age=0 and a past date remove a cookie of the same path, and no other", () => {
  for (const removal of ["Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT"]) {
    const cookies = new BrowserCookies(https);
    cookies.keep("a=1; Path=/x", to(`${https}/x`));
    cookies.keep(`a=; Path=/; ${removal}`, to(`${https}/x`));
    expect(cookies.get("a")).toBe("1");
    cookies.keep(`a=; Path=/x; ${removal}`, to(`${https}/x`));
    expect(cookies.has("a")).toBe(false);
  }
});

test("a copy keeps path and expiry, and is independent", () => {
  const [cookies, copy] = [new BrowserCookies(https), new BrowserCookies(https)];
  cookies.keep("a=1; Path=/x", to(`${https}/x`));
  copy.copy(cookies);
  cookies.clear();
  expect(copy.sentWith(to(`${https}/x`))).toBe("a=1");
  expect(copy.sentWith(to(`${https}/y`))).toBe("");
});
