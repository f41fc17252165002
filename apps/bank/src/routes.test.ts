/** Tests of every address of the bank, called as Next.js calls it: methods and access. API routes: `api/api-routes.test.ts`. */
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { openLedgerOnce } from "./ledger.ts";

const signedIn = vi.hoisted(() => ({ userId: null as string | null, cookies: {} as Record<string, string> }));
vi.mock("./auth.ts", () => {
  const auth = async () =>
    signedIn.userId === null ? null : { user: { id: signedIn.userId, name: "Name" } };
  return {
    auth,
    handlers: { GET: async () => new Response(), POST: async () => new Response() },
    accountUrl: () => "/account",
    signInUrl: () => "/sign-in",
    whySignedOut: async () => null,
    requireSignIn: async () => {
      const session = await auth();
      if (session === null) throw new Error("left for the sign-in");
      return session;
    },
  };
});
vi.mock("next/headers", () => ({
  cookies: async () => ({
    get: (name: string) => (name in signedIn.cookies ? { name, value: signedIn.cookies[name] } : undefined),
  }),
}));
vi.mock("next/navigation", () => ({
  notFound: () => {
    throw new Error("not found");
  },
  redirect: (path: string) => {
    throw new Error(`left for ${path}`);
  },
}));

const apiMethods = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"];
/** The methods of every address; a page has none. The API answers those that it does not have with 405. */
const addresses: Readonly<Record<string, readonly string[]>> = {
  "page.tsx": [],
  "accounts/page.tsx": [],
  "accounts/[id]/page.tsx": [],
  "transfer/page.tsx": [],
  "transfer/done/page.tsx": [],
  "transfer/send/route.ts": ["POST"],
  "api/auth/[...gatehouse]/route.ts": ["GET", "POST"],
  "api/accounts/route.ts": apiMethods,
  "api/transactions/route.ts": apiMethods,
  "api/transfers/route.ts": apiMethods,
  "healthz/route.ts": ["GET"],
};

const app = join(import.meta.dirname, "../app");
const folder = mkdtempSync(join(tmpdir(), "bank-routes-"));
type Page = (props: { readonly params: Promise<object>; readonly searchParams: Promise<object> }) => unknown;
let modules: Readonly<Record<string, { readonly dynamic?: unknown; readonly default?: Page }>>;

beforeAll(async () => {
  vi.stubEnv("SITE_URL", "https://bank.example");
  vi.stubEnv("DATA_DIR", folder);
  const found = globSync("**/{page.tsx,route.ts}", { cwd: app });
  modules = Object.fromEntries(
    await Promise.all(found.map(async (name) => [name, await import(join(app, name))])),
  );
});
beforeEach(() => {
  signedIn.userId = null;
  signedIn.cookies = {};
});
afterAll(() => {
  openLedgerOnce().close();
  rmSync(folder, { recursive: true });
});

async function open(page: string, params: object = {}, query: object = {}): Promise<unknown> {
  return modules[page]?.default?.({ params: Promise.resolve(params), searchParams: Promise.resolve(query) });
}

it("has these addresses with these methods, and no other", () => {
  const found = Object.entries(modules).map(([name, exported]) => [
    name,
    Object.keys(exported)
      .filter((key) => /^[A-Z]+$/.test(key))
      .toSorted(),
  ]);
  expect(Object.fromEntries(found)).toEqual(addresses);
});

it.each(Object.keys(addresses))("renders %s for each request", (name) => {
  expect(modules[name]?.dynamic).toBe("force-dynamic");
});

it("shows its front page to everybody", async () => {
  expect(await open("page.tsx")).toBeTruthy();
});

describe("a page of a user", () => {
  let accountId: string;
  let transferId: string;
  beforeAll(() => {
    const ledger = openLedgerOnce();
    const [from, to] = ledger.accountsOf("alice").map(({ id }) => id);
    accountId = from ?? "";
    const order = {
      fromAccountId: accountId,
      toAccountId: to ?? "",
      amountCents: 1,
      reference: "",
      siteId: null,
    };
    const outcome = ledger.transfer("alice", order);
    transferId = "transfer" in outcome ? outcome.transfer.id : "";
  });

  it.each(["accounts/page.tsx", "accounts/[id]/page.tsx", "transfer/page.tsx", "transfer/done/page.tsx"])(
    "%s asks for a sign-in",
    async (page) => {
      const opened = open(page, { id: accountId }, { transfer: transferId });
      await expect(opened).rejects.toThrow("left for the sign-in");
    },
  );

  it("shows an account to its user alone", async () => {
    signedIn.userId = "alice";
    expect(await open("accounts/[id]/page.tsx", { id: accountId })).toBeTruthy();
    signedIn.userId = "bob";
    await expect(open("accounts/[id]/page.tsx", { id: accountId })).rejects.toThrow("not found");
  });

  it("shows a transfer to its user alone", async () => {
    signedIn.userId = "alice";
    expect(await open("transfer/done/page.tsx", {}, { transfer: transferId })).toBeTruthy();
    signedIn.userId = "bob";
    const opened = open("transfer/done/page.tsx", {}, { transfer: transferId });
    await expect(opened).rejects.toThrow("left for /accounts");
  });

  it.each([
    ["user_changed", "The form before was opened by another user"],
    ["expired", "Your form was open for more than a day"],
  ])(
    "says why a form was refused (%s) to the browser that sent it, and not after a link",
    async (refused, words) => {
      signedIn.userId = "alice";
      const shown = async () => JSON.stringify(await open("transfer/page.tsx", {}, { refused }));
      expect(await shown()).not.toContain(words);
      signedIn.cookies = { "__Host-refused-form": refused };
      expect(await shown()).toContain(words);
    },
  );
});
