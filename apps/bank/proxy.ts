/**
 * Recognises people who are signed in elsewhere. Never a boundary: each page asks for itself who is there.
 */
export { recognise as proxy } from "./src/auth.ts";

export const config = {
  // Pages only: what a page is made of and the routes of signing in recognise nobody.
  matcher: ["/((?!_next/|api/|healthz|icon\\.svg|problem\\.css).*)"],
};
