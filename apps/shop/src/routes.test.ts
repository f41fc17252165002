/** Tests of every address of the shop, called as Next.js calls it: methods and access. */
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pageUserField } from "@gatehouse/auth/form-route";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { CartOwner } from "./cart-store.ts";
import { cartStore } from "./visitor.ts";

const browser = vi.hoisted(() => ({ userId: null as string | null, cart: "" }));
vi.mock("./auth.ts", () => {
  const auth = async () => (browser.userId === null ? null : { user: { id: browser.userId, name: "Name" } });
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
vi.mock("next/headers", () => ({ cookies: async () => ({ get: () => ({ value: browser.cart }) }) }));
vi.mock("next/navigation", () => ({
  notFound: () => {
    throw new Error("not found");
  },
}));

/** The methods of every address; a page has none. */
const addresses: Readonly<Record<string, readonly string[]>> = {
  "page.tsx": [],
  "cart/page.tsx": [],
  "products/[slug]/page.tsx": [],
  "checkout/page.tsx": [],
  "cart/add/route.ts": ["POST"],
  "cart/change/route.ts": ["POST"],
  "cart/remove/route.ts": ["POST"],
  "api/auth/[...gatehouse]/route.ts": ["GET", "POST"],
  "healthz/route.ts": ["GET"],
};

const site = "https://shop.example";
const app = join(import.meta.dirname, "../app");
const folder = mkdtempSync(join(tmpdir(), "shop-routes-"));

interface RouteModule {
  readonly dynamic?: unknown;
  readonly default?: (props: { readonly searchParams: Promise<object> }) => unknown;
  readonly POST?: (request: Request) => Promise<Response>;
}
let modules: Readonly<Record<string, RouteModule>>;
let visits = 0;
let alice: string;

beforeAll(async () => {
  vi.stubEnv("SITE_URL", site);
  vi.stubEnv("DATA_DIR", folder);
  const found = globSync("**/{page.tsx,route.ts}", { cwd: app });
  modules = Object.fromEntries(
    await Promise.all(found.map(async (name) => [name, await import(join(app, name))])),
  );
});
beforeEach(() => {
  visits += 1;
  alice = `alice${visits}`;
  browser.userId = alice;
  browser.cart = "";
  cartStore().add({ person: alice }, "tulips", 2);
});
afterAll(() => {
  cartStore().close();
  rmSync(folder, { recursive: true });
});

/** A form of a page of alice. */
async function post(
  action: string,
  fields: object,
  { origin = site, pageUser = alice as string | null } = {},
) {
  const { name, value } = pageUserField(pageUser);
  const body = new URLSearchParams({ [name]: value, ...fields });
  const request = new Request(`${site}/cart/${action}`, { method: "POST", body, headers: { origin } });
  const answer = await modules[`cart/${action}/route.ts`]?.POST?.(request);
  return [answer?.status, answer?.headers.get("location")];
}

function tulipsOf(owner: CartOwner): number {
  return cartStore()
    .read(owner)
    .reduce((sum, { quantity }) => sum + quantity, 0);
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

it("requires a sign-in for the checkout only", async () => {
  const open = async (page: string) => modules[page]?.default?.({ searchParams: Promise.resolve({}) });
  expect(await open("checkout/page.tsx")).toBeTruthy();
  browser.userId = null;
  await expect(open("checkout/page.tsx")).rejects.toThrow("left for the sign-in");
  for (const page of ["page.tsx", "cart/page.tsx"]) expect(await open(page)).toBeTruthy();
});

const forms = [
  ["add", { product: "tulips", quantity: "3", from: "shelf" }, 5],
  ["change", { product: "tulips", quantity: "7" }, 7],
  ["remove", { product: "tulips" }, 0],
] as const;

describe.each(forms)("the form to %s", (action, fields, tulips) => {
  it("changes the basket of its user", async () => {
    expect((await post(action, fields))[0]).toBe(303);
    expect(tulipsOf({ person: alice })).toBe(tulips);
  });

  it("of another site changes nothing", async () => {
    expect(await post(action, fields, { origin: "https://evil.example" })).toEqual([400, null]);
    expect(tulipsOf({ person: alice })).toBe(2);
  });

  it("of another user's page changes nothing", async () => {
    browser.userId = "bob";
    expect(await post(action, fields)).toEqual([303, "/cart?refused=user_changed"]);
    expect([tulipsOf({ person: alice }), tulipsOf({ person: "bob" })]).toEqual([2, 0]);
  });

  it("of a page without a user changes the basket of the user who has signed in since", async () => {
    expect((await post(action, fields, { pageUser: null }))[0]).toBe(303);
    expect(tulipsOf({ person: alice })).toBe(tulips);
  });
});

describe("a form of a user who is signed out by now", () => {
  beforeEach(() => {
    browser.userId = null;
    const owner = cartStore().add({ browser: "" }, "tulips", 1);
    browser.cart = "browser" in owner ? owner.browser : "";
  });

  it("adds to the basket of the browser, which joins the user's at sign-in", async () => {
    expect((await post("add", { product: "tulips", quantity: "3", from: "shelf" }))[0]).toBe(303);
    expect(tulipsOf({ browser: browser.cart })).toBe(4);
  });

  it.each(forms.slice(1))("%ss nothing, and redirects to a page that says so", async (action, fields) => {
    expect(await post(action, fields)).toEqual([303, "/cart?refused=signed_out"]);
    expect([tulipsOf({ browser: browser.cart }), tulipsOf({ person: alice })]).toEqual([1, 2]);
  });
});
