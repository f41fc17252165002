import { createFormRoute, FormError } from "@gatehouse/auth/form-route";
import { seeOtherRefused } from "@gatehouse/demo-sites/refused-form";
import { auth } from "./auth.ts";
import { LARGEST_QUANTITY } from "./cart-store.ts";
import { findProduct, type Product } from "./catalogue.ts";
import { readEnvironment } from "./env.ts";
import { type BasketErrorCode, problemPage } from "./problem-page.ts";

/** Wraps every route of the shop that changes something. The longest form of the shop has some 100 bytes. */
export const formRoute = createFormRoute<BasketErrorCode>({
  siteOrigin: () => readEnvironment().siteOrigin,
  largestBytes: 4_096,
  currentUserId: async () => (await auth())?.user.id ?? null,
  refuse: (code, status) => (code === "user_changed" ? refuseAtBasket(code) : problemPage(code, status)),
});

/** Redirects a form that changed nothing to the basket, which says why. */
export function refuseAtBasket(reason: "user_changed" | "signed_out"): Response {
  return seeOtherRefused(readEnvironment().siteOrigin, "/cart", reason);
}

export function parseProduct(slug: string): Product {
  const product = findProduct(slug);
  if (product === null) throw new FormError<BasketErrorCode>("product_unknown");
  return product;
}

/** Accepts digits only; JavaScript would also read `1e1`, ` 7`, `+7` and `7.0` as numbers. */
export function parseQuantity(text: string): number {
  const quantity = /^[0-9]{1,2}$/.test(text) ? Number(text) : 0;
  if (quantity < 1 || quantity > LARGEST_QUANTITY)
    throw new FormError<BasketErrorCode>("quantity_not_1_to_99");
  return quantity;
}
