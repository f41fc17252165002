import { ANONYMOUS_CART_DAYS } from "./cart-store.ts";

/** Over https with the prefix that keeps sibling hosts from setting the cookie. */
export function cartCookieName(https: boolean): string {
  return https ? "__Host-shop-cart" : "shop-cart";
}

/**
 * The Set-Cookie value of an anonymous cart, renewed with each change like the cart itself.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis#name-the-__host-prefix
 */
export function cartCookie(token: string, https: boolean): string {
  const seconds = ANONYMOUS_CART_DAYS * 24 * 60 * 60;
  const secure = https ? "; Secure" : "";
  return `${cartCookieName(https)}=${token}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}
