import { expect, test } from "vitest";
import { contentSecurityPolicy, securityHeaders } from "./security-headers.ts";

const strict =
  "style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const said = securityHeaders.flatMap(({ headers }) => headers);

test("CSP3 8.2 scripts come in by nonce, and what they load with them", () => {
  expect(contentSecurityPolicy({ nonce: "bm9uY2U=" })).toBe(
    `default-src 'none'; script-src 'nonce-bm9uY2U=' 'strict-dynamic'; ${strict}`,
  );
});

test("without a nonce no script comes in, in development neither by the headers of all answers", () => {
  const policy = said.find(({ key }) => key === "content-security-policy");
  expect(policy?.value).toBe(`default-src 'none'; script-src 'none'; ${strict}`);
});

test("a page without a nonce runs no script", () => {
  expect(contentSecurityPolicy({ nonce: null })).toBe(`default-src 'none'; script-src 'none'; ${strict}`);
});

test("only development evaluates, adds styles and holds a socket", () => {
  const policy = contentSecurityPolicy({ nonce: "x", development: true });
  for (const way of ["'unsafe-eval'", "'unsafe-inline'", "data: blob:", "ws:"]) {
    expect(policy).toContain(way);
    expect(contentSecurityPolicy({ nonce: "x" })).not.toContain(way);
  }
});

test("the names of headers are those by which the proxy's own replace them", () => {
  for (const { key } of said) expect(key).toBe(key.toLowerCase());
});
