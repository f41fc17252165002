import { type NextRequest, NextResponse } from "next/server";
import { recognise } from "./src/auth.ts";
import { asksForMissingProduct } from "./src/missing-product.ts";

/**
 * Recognises people who are signed in elsewhere, and shows the page for what we do not have.
 *
 * Never a boundary: each page asks for itself who is there and what there is. But Next leaves drawing a
 * `notFound()` of a page to its scripts, and without scripts that is an empty window. An address that no route
 * knows is drawn by the server, so an unknown product is sent to one.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const answer = await recognise(request);
  if (answer.headers.has("location") || !asksForMissingProduct(request.nextUrl.pathname)) return answer;
  return NextResponse.rewrite(new URL("/not-on-our-shelves", request.url));
}

export const config = {
  // Pages only: what a page is made of, and the routes of signing in, recognise nobody.
  matcher: ["/((?!_next/|api/|healthz|icon\\.svg|problem\\.css).*)"],
};
