import { ANONYMOUS_CART_DAYS } from "./cart-store.ts";

/** A name that a sibling host cannot set for us, where the browser can promise that. */
export function cartCookieName(https: boolean): string {
  return https ? "__Host-shop-cart" : "shop-cart";
}

/**
 * The Set-Cookie of an anonymous cart, renewed with each change as the cart itself is.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix
 */
export function cartCookie(token: string, https: boolean): string {
  const seconds = ANONYMOUS_CART_DAYS * 24 * 60 * 60;
  const secure = https ? "; Secure" : "";
  return `${cartCookieName(https)}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}
