/** The words of the shop's notices, and when each appears. The pages are rendered as HTML; the session is the test's. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SignedOutReason } from "@gatehouse/auth";
import { pageUserField } from "@gatehouse/auth/form-route";
import type { ReactNode } from "react";
import { renderToReadableStream } from "react-dom/server";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { POST as changeRoute } from "../app/cart/change/route.ts";
import CartPage from "../app/cart/page.tsx";
import CataloguePage from "../app/page.tsx";
import { cartStore } from "./visitor.ts";

const browser = vi.hoisted(() => ({
  userId: null as string | null,
  signedOut: null as SignedOutReason | null,
  cookies: new Map<string, string>(),
}));
vi.mock("./auth.ts", () => ({
  auth: async () => (browser.userId === null ? null : { user: { id: browser.userId, name: "Bob" } }),
  accountUrl: () => "/account",
  signInUrl: (path: string) => `/sign-in?${path}`,
  signOutUrl: "/sign-out",
  whySignedOut: async () =>
    browser.signedOut === null ? null : { reason: browser.signedOut, sentence: "The session has ended." },
}));
vi.mock("next/headers", () => ({
  cookies: async () => ({
    get: (name: string) => {
      const value = browser.cookies.get(name);
      return value === undefined ? undefined : { name, value };
    },
  }),
}));

const site = "https://shop.example";
const folder = mkdtempSync(join(tmpdir(), "shop-notices-"));

beforeAll(() => {
  vi.stubEnv("SITE_URL", site);
  vi.stubEnv("DATA_DIR", folder);
});
beforeEach(() => {
  browser.userId = null;
  browser.signedOut = null;
  browser.cookies.clear();
});
afterAll(() => {
  cartStore().close();
  rmSync(folder, { recursive: true });
});

/** The text of the main part of a page, without tags. */
async function textOf(page: Promise<ReactNode>): Promise<string> {
  const stream = await renderToReadableStream(await page);
  await stream.allReady;
  const html = await new Response(stream).text();
  const [, main = ""] = /<main[^>]*>(.*)<\/main>/s.exec(html) ?? [];
  return main
    .replaceAll(/<!--.*?-->|<svg.*?<\/svg>/gs, "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ");
}
const basket = (query = "") =>
  textOf(CartPage({ searchParams: Promise.resolve(Object.fromEntries(new URLSearchParams(query))) }));
const shelves = (query = "") =>
  textOf(CataloguePage({ searchParams: Promise.resolve(Object.fromEntries(new URLSearchParams(query))) }));

describe("an empty basket", () => {
  const nothing = "Nothing in it yet. What you add on the shelves appears here.";
  const kept = "Your basket is kept. Sign in to see it.";

  it("of a visitor says that nothing is in it", async () => {
    const text = await basket();
    expect(text).toContain(nothing);
    expect(text).not.toContain("kept");
  });

  it.each<[SignedOutReason, string, boolean]>([
    ["idle", "The session has ended. Sign in to get back to your basket.", true],
    ["absolute", "The session has ended. Sign in to get back to your basket.", true],
    ["signed-out", "Your basket is kept, and is there again when you sign in.", true],
    ["hub-unavailable", "Your basket is safe and comes back with it.", false],
    ["disabled", "Your basket is kept. The operator of the sign-in can tell you more.", false],
  ])(
    "after %s says what happened, and offers a sign-in only where one succeeds",
    async (reason, words, offers) => {
      browser.signedOut = reason;
      const text = await basket();
      expect(text).toContain(words);
      expect(text).not.toContain(nothing);
      expect(text.includes(kept)).toBe(offers);
    },
  );
});

describe("a refused form", () => {
  const otherUser =
    "You are now signed in as Bob . The page before was opened by another user, so nothing was changed.";
  const signedOut = "You are not signed in right now, so nothing was changed.";

  /** Sends a form of alice's page; the browser keeps the cookie and follows the redirect. */
  async function sendFormOfAlice(): Promise<string> {
    const { name, value } = pageUserField("alice");
    const body = new URLSearchParams({ [name]: value, product: "tulips", quantity: "2" });
    const request = new Request(`${site}/cart/change`, { method: "POST", body, headers: { origin: site } });
    const { headers } = await changeRoute(request);
    const [, cookie = "", kept = ""] = /^([^=]+)=([^;]*)/.exec(headers.get("set-cookie") ?? "") ?? [];
    browser.cookies.set(cookie, kept);
    expect(headers.get("set-cookie")).toBe(
      `__Host-refused-form=${kept}; Path=/; Max-Age=300; HttpOnly; SameSite=Lax; Secure`,
    );
    const { pathname, searchParams } = new URL(headers.get("location") ?? "", site);
    expect(pathname).toBe("/cart");
    return searchParams.toString();
  }

  it("of another user: names who is signed in now", async () => {
    browser.userId = "bob";
    expect(await basket(await sendFormOfAlice())).toContain(otherUser);
  });

  it("of a user who is signed out by now: says that nothing was changed, and that the basket is kept", async () => {
    const query = await sendFormOfAlice();
    const text = await basket(query);
    expect(text).toContain(signedOut);
    expect(text).toContain("Your basket is kept. Sign in to see it.");
    browser.signedOut = "idle";
    expect(await basket(query)).toContain("Nothing was changed.");
    expect(await basket(query)).not.toContain(signedOut);
  });

  it.each([
    ["refused=user_changed", "bob", otherUser],
    ["refused=signed_out", null, signedOut],
  ])("is not claimed by a link to /cart?%s", async (query, userId, words) => {
    browser.userId = userId;
    expect(await basket(query)).not.toContain(words);
    browser.cookies.set("__Host-refused-form", "something_else");
    expect(await basket(query)).not.toContain(words);
  });

  it("is not mentioned again on a later visit to the basket", async () => {
    browser.userId = "bob";
    await sendFormOfAlice();
    expect(await basket()).not.toContain("nothing was changed");
  });
});

describe("an added product", () => {
  it("is confirmed while it is in the basket, and not for a link", async () => {
    browser.userId = "carol";
    expect(await shelves("added=tulips")).not.toContain("is in your basket");
    cartStore().add({ person: "carol" }, "tulips", 1);
    expect(await shelves("added=tulips")).toContain("Tulips is in your basket.");
    expect(await shelves("added=olive-oil")).not.toContain("is in your basket");
    expect(await shelves()).not.toContain("is in your basket");
  });
});
