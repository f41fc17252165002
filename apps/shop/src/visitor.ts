import { seeOther } from "@gatehouse/auth/form-route";
import { cookies } from "next/headers";
import { cache } from "react";
import { auth } from "./auth.ts";
import { type Basket, cartOwner, priceBasket } from "./basket.ts";
import { cartCookie, cartCookieName } from "./cart-cookie.ts";
import { type CartOwner, type CartStore, openCartStore } from "./cart-store.ts";
import { readEnvironment } from "./env.ts";

/** The visitor of a page: the signed-in user, if any, and the basket. */
export interface Visitor {
  readonly person: { readonly id: string; readonly name: string } | null;
  readonly basket: Basket;
}

const key = Symbol.for("gatehouse.shop.carts");
const shared = globalThis as unknown as Record<symbol, CartStore | undefined>;

/** One connection per process, because Next.js bundles this module into every page and route. */
export function cartStore(): CartStore {
  shared[key] ??= openCartStore(readEnvironment().cartFile);
  return shared[key];
}

/** Cached per request. */
const currentSession = cache(() => auth());

export const currentVisitor = cache(async (): Promise<Visitor> => {
  const session = await currentSession();
  const owner = await currentCartOwner();
  return { person: session?.user ?? null, basket: priceBasket(cartStore().read(owner)) };
});

export async function currentCartOwner(): Promise<CartOwner> {
  const session = await currentSession();
  const token = (await cookies()).get(cartCookieName(readEnvironment().https))?.value ?? "";
  return cartOwner(cartStore(), session?.user.id ?? null, token);
}

/** Redirects after a form; without a signed-in user, sets the cookie of the browser's cart. */
export function seeOtherAs(owner: CartOwner, path: string): Response {
  const answer = seeOther(path);
  if ("browser" in owner) {
    answer.headers.append("set-cookie", cartCookie(owner.browser, readEnvironment().https));
  }
  return answer;
}
