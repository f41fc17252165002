import type { CartLine, CartOwner, CartStore } from "./cart-store.ts";
import { findProduct, type Product } from "./catalogue.ts";

export interface BasketLine {
  readonly product: Product;
  readonly quantity: number;
  readonly totalCents: number;
}

/** A cart with what the catalogue says about it. */
export interface Basket {
  readonly lines: readonly BasketLine[];
  /** How many things are in it. */
  readonly count: number;
  readonly totalCents: number;
}

/**
 * Whose cart a visitor sees: the person's as long as she is signed in, else the browser's own.
 *
 * What the browser collected before she signed in is moved into her cart here, by whatever she opens first,
 * and so it is gone from the browser before anybody else can sit down at it. A cart of hers never goes the
 * other way: when her session ends, the browser has an empty one again and hers waits.
 */
export function cartOwner(store: CartStore, personId: string | null, browserToken: string): CartOwner {
  if (personId === null) return { browser: browserToken };
  store.mergeIntoPersonCart(browserToken, personId);
  return { person: personId };
}

/** Prices are the catalogue's of now; a product that left the shelves leaves the basket. */
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
