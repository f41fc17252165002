/** Origins whose pages may read an answer of the issuer, apart from the issuer itself. */
import { describe, expect, test } from "vitest";
import { parsedSite } from "../../test-support/parsed-site.ts";
import { limitOrigins } from "./browser-origins.ts";
import type { Provider } from "./provider.ts";

const site = (id: string, applicationType: "web" | "native", ...redirectUris: string[]) =>
  parsedSite(id, { oidc: { clientAuthentication: "none", applicationType, redirectUris } });
const sites = [
  site("shop", "web", "https://shop.example/cb", "http://localhost:3000/cb"),
  site("tool", "native", "http://127.0.0.1/cb", "com.example.tool:/cb", "https://tool.example/cb"),
  parsedSite("api"),
];
const registry = { find: (id: string) => sites.find((one) => one.id === id), list: () => sites };

interface Asking {
  readonly method?: string;
  readonly route?: string;
  readonly clientId?: string;
}
/** Whether a page of the origin may read the answer. */
async function mayRead(
  origin: string,
  { method = "POST", route = "token", clientId }: Asking,
): Promise<boolean> {
  let limit: (context: unknown, next: () => Promise<void>) => Promise<void> = async () => undefined;
  limitOrigins({ use: (middleware: typeof limit) => (limit = middleware) } as unknown as Provider, registry);
  const headers = new Map<string, string>();
  const context = {
    method,
    get: (name: string) => (name === "origin" ? origin : ""),
    remove: (name: string) => headers.delete(name),
    oidc: { route, client: clientId === undefined ? undefined : { clientId } },
  };
  await limit(context, async () => {
    headers
      .set("access-control-allow-origin", origin)
      .set("access-control-expose-headers", "WWW-Authenticate");
  });
  expect(headers.size === 0 || headers.size === 2).toBe(true);
  return headers.size > 0;
}

describe("Fetch Standard, CORS protocol: a page may read the answer to its own site", () => {
  test.each<[string, string, boolean]>([
    ["shop", "https://shop.example", true],
    ["shop", "https://shop.example:8443", false],
    ["shop", "http://shop.example", false],
    ["shop", "https://evil.example", false],
    ["shop", "https://tool.example", false],
    ["shop", "http://localhost:3000", true],
    ["shop", "http://localhost:3001", false],
    ["shop", "null", false],
    ["tool", "http://127.0.0.1:51234", true],
    ["tool", "http://127.0.0.2:51234", false],
    ["tool", "https://tool.example:51234", false],
    ["tool", "https://127.0.0.1", false],
    ["tool", "com.example.tool:/", false],
    ["tool", "null", false],
    ["api", "https://shop.example", false],
  ])("%s from %s: %s", async (clientId, origin, may) => {
    expect(await mayRead(origin, { clientId })).toBe(may);
  });

  test.each([
    ["https://shop.example", true],
    ["http://127.0.0.1:4000", true],
    ["https://evil.example", false],
  ])("an answer to no known site is readable from %s: %s", async (origin, may) => {
    expect(await mayRead(origin, {})).toBe(may);
    expect(await mayRead(origin, { clientId: "gone" })).toBe(may);
  });

  test.each<[string, Asking, boolean]>([
    ["the discovery document", { route: "discovery", method: "GET" }, true],
    ["the public keys", { route: "jwks", method: "GET" }, true],
    ["userinfo", { route: "userinfo", method: "GET" }, false],
    ["a preflight", { method: "OPTIONS" }, true],
  ])("%s is readable from every origin: %s", async (_, asking, may) => {
    expect(await mayRead("https://evil.example", { clientId: "shop", ...asking })).toBe(may);
  });

  test("a request without an origin keeps the headers of its answer", async () => {
    expect(await mayRead("", { clientId: "shop" })).toBe(true);
  });
});
