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
  "api/accounts/route.ts": apiRoute("GET", "accounts.read"),
  "api/transactions/route.ts": apiRoute("GET", "transactions.read"),
  "api/transfers/route.ts": apiRoute("POST", "transfers.write"),
  "transfer/page.tsx": /await requireSignIn\([\s\S]*transferFormState\(openLedgerOnce\(\), user\.id, draft\)/,
  "transfer/done/page.tsx": /await requireSignIn\([\s\S]*findTransfer\(user\.id, asked\)/,
  "transfer/send/route.ts":
    /^export const POST = formRoute\([\s\S]*await checkSignIn\(\{ returnTo, maxAge: RECENT \}\);\n.*recent\.session === null.*\n.*ledger\.transfer\(/m,
  "healthz/route.ts": /function GET\(\)/,
};

/** Every method of the address is made by `protect`, the one that it has asks for its scope, and there is no other. */
function apiRoute(method: string, scope: string): RegExp {
  return new RegExp(
    `^export const \\{ GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS \\} = protect\\(\\{\\n  ${method}: \\{\\n    scope: "${scope}",\\n(?:    .*\\n|\\n)*  \\},\\n\\}\\);$`,
    "m",
  );
}

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

  it("changes nothing but by signing in, by a form of ours, or with a token", () => {
    expect(source).not.toMatch(/use server/);
    // The methods of the API that it does not have are answered by `protect`.
    if (!source.includes("= protect({")) expect(source).not.toMatch(/export [^=(]*\b(?:PUT|PATCH|DELETE)\b/);
    if (!route.startsWith("api/") && !source.includes("= formRoute(")) expect(source).not.toMatch(/\bPOST\b/);
  });
});
