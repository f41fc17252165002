import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const app = join(import.meta.dirname, "../app");

/** Every address of the bank and what guards it. A new one fails here until somebody has said what does. */
const GUARDS: Readonly<Record<string, RegExp>> = {
  // The front page is for everybody.
  "page.tsx": /await auth\(\)/,
  "accounts/page.tsx": /await requireSignIn\(/,
  "accounts/[id]/page.tsx": /await requireSignIn\([\s\S]*findAccount\(user\.id, id\)/,
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

  it("changes nothing", () => {
    expect(source).not.toMatch(/export [^=(]*\b(?:PUT|PATCH|DELETE)\b|use server/);
    if (!route.startsWith("api/auth/")) expect(source).not.toMatch(/\bPOST\b/);
  });
});
