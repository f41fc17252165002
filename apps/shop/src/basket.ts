import type { CartLine, CartOwner, CartStore } from "./cart-store.ts";
import { findProduct, type Product } from "./catalogue.ts";

export interface BasketLine {
  readonly product: Product;
  readonly quantity: number;
  readonly totalCents: number;
}

/** A cart with its products and prices. */
export interface Basket {
  readonly lines: readonly BasketLine[];
  /** Number of things in it. */
  readonly count: number;
  readonly totalCents: number;
}

/**
 * The cart of a request: the signed-in user's, otherwise the browser's.
 *
 * The first page after a sign-in moves the browser's cart into the user's, so that the browser's next user does not see it.
 * Carts of users never move into a browser: when the session ends, the browser has an empty cart and the user's is kept.
 */
export function cartOwner(store: CartStore, personId: string | null, browserToken: string): CartOwner {
  if (personId === null) return { browser: browserToken };
  store.mergeIntoPersonCart(browserToken, personId);
  return { person: personId };
}

/** Prices a cart with the current catalogue; products that it no longer has are left out. */
export function priceBasket(cart: readonly CartLine[]): Basket {
  const lines = cart.flatMap(({ product: slug, quantity }) => {
    const product = findProduct(slug);
    return product === null ? [] : [{ product, quantity, totalCents: product.priceCents * quantity }];
  });
  return {
    lines,
    count: lines.reduce((count, { quantity }) => count + quantity, 0),
    totalCents: lines.reduce((total, { totalCents }) => total + totalCents, 0),
  };
}
