import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { cartOwner, priceBasket } from "./basket.ts";
import { cartCookie } from "./cart-cookie.ts";
import { type CartStore, openCartStore } from "./cart-store.ts";

let folder: string;
let store: CartStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shop-basket-"));
  store = openCartStore(join(folder, "shop.sqlite"));
});

afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

/** The basket that a page shows in this browser. */
function seen(personId: string | null, browserToken: string) {
  return store.read(cartOwner(store, personId, browserToken));
}

function put(personId: string | null, browserToken: string, product: string): string {
  const owner = store.add(cartOwner(store, personId, browserToken), product, 1);
  return "browser" in owner ? owner.browser : browserToken;
}

describe("one browser, from one visit to the next", () => {
  it("keeps products added before sign-in, for that user only", () => {
    const browser = put(null, "", "tulips");
    expect(seen("alice", browser)).toEqual([{ product: "tulips", quantity: 1 }]);
    expect(seen(null, browser)).toEqual([]);
    expect(seen("bob", browser)).toEqual([]);
  });

  it("shows an empty basket after the session ended, and the user's again after signing in", () => {
    const browser = put("alice", "", "tulips");
    expect(seen(null, browser)).toEqual([]);
    const next = put(null, browser, "whole-milk");
    expect(seen(null, next)).toEqual([{ product: "whole-milk", quantity: 1 }]);
    expect(seen("alice", next)).toEqual([
      { product: "tulips", quantity: 1 },
      { product: "whole-milk", quantity: 1 },
    ]);
  });
});

describe("a basket", () => {
  it("has the prices of the catalogue", () => {
    const basket = priceBasket([
      { product: "whole-milk", quantity: 3 },
      { product: "tulips", quantity: 1 },
    ]);
    expect(basket).toMatchObject({ count: 4, totalCents: 3 * 195 + 650 });
  });

  it("omits products that left the catalogue", () => {
    expect(priceBasket([{ product: "last-year's-jam", quantity: 2 }])).toEqual({
      lines: [],
      count: 0,
      totalCents: 0,
    });
  });
});

it("the cookie of the cart is HttpOnly, SameSite and bound to the host", () => {
  expect(cartCookie("token", true)).toBe(
    "__Host-shop-cart=token; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax; Secure",
  );
  expect(cartCookie("token", false)).toBe("shop-cart=token; Path=/; Max-Age=2592000; HttpOnly; SameSite=Lax");
});
