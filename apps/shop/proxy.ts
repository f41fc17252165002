import { type NextRequest, NextResponse } from "next/server";
import { recognise } from "./src/auth.ts";
import { asksForMissingProduct } from "./src/missing-product.ts";

/**
 * Recognises people who are signed in elsewhere, sends the policy of each page with its nonce, and shows
 * the page for what we do not have.
 *
 * Never a boundary: each page asks for itself who is there and what there is. But Next leaves drawing a
 * `notFound()` of a page to its scripts, and without scripts that is an empty window. An address that no route
 * knows is drawn by the server, so an unknown product is sent to one.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const answer = await recognise(request);
  if (answer.headers.has("location") || !asksForMissingProduct(request.nextUrl.pathname)) return answer;
  return NextResponse.rewrite(new URL("/not-on-our-shelves", request.url), { headers: answer.headers });
}

export const config = {
  // Every address that may be drawn as a page, unknown ones too. What a page is made of, and the routes of
  // signing in, recognise nobody, and the policy of next.config.ts lets in no script there.
  matcher: ["/((?!_next/static/|api/auth/|healthz$|icon\\.svg$|problem\\.css$).*)"],
};
