import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const app = join(import.meta.dirname, "../app");

/** Every address of the shop and what guards it. A new one fails here until somebody has said what does. */
const GUARDS: Readonly<Record<string, RegExp>> = {
  "page.tsx": /currentVisitor\(\)/,
  "cart/page.tsx": /currentVisitor\(\)/,
  "products/[slug]/page.tsx": /currentVisitor\(\)/,
  "checkout/page.tsx": /await requireSignIn\(/,
  "cart/add/route.ts": /export const POST = formRoute\(/,
  "cart/change/route.ts": /export const POST = formRoute\(/,
  "cart/remove/route.ts": /export const POST = formRoute\(/,
  "api/auth/[...gatehouse]/route.ts": /= handlers;/,
  "healthz/route.ts": /function GET\(\)/,
};

const routes = globSync("**/{page.tsx,route.ts}", { cwd: app });

it("has the addresses that are listed here, and no other", () => {
  expect(routes.toSorted()).toEqual(Object.keys(GUARDS).toSorted());
});

describe.each(routes)("%s", (route) => {
  const source = readFileSync(join(app, route), "utf8");

  it("is guarded, and drawn anew for each request", () => {
    expect(source).toMatch(GUARDS[route] ?? /never/);
    expect(source).toContain('export const dynamic = "force-dynamic";');
  });

  it("changes nothing but through the form wrapper", () => {
    const methods = source.match(/export (?:const|(?:async )?function) (?:\{[^}]*\}|[A-Z]+\b)/g) ?? [];
    const posts = methods.filter((method) => /POST|PUT|PATCH|DELETE/.test(method));
    if (!route.startsWith("api/auth/")) expect(posts.length).toBe(source.includes("formRoute(") ? 1 : 0);
    expect(source).not.toContain("use server");
  });
});
