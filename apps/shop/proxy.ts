import { type NextRequest, NextResponse } from "next/server";
import { recognise } from "./src/auth.ts";
import { asksForMissingProduct } from "./src/catalogue.ts";

/**
 * Recognises users who are signed in at the hub, sends the policy of each page with its nonce, and rewrites addresses of
 * unknown products.
 *
 * No access control: each page checks its user and its product itself. But Next.js renders `notFound()` of a page by
 * script, which leaves an empty window without JavaScript. It renders an address without a route on the server, so an
 * unknown product is rewritten to one.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const answer = await recognise(request);
  if (answer.headers.has("location") || !asksForMissingProduct(request.nextUrl.pathname)) return answer;
  return NextResponse.rewrite(new URL("/not-on-our-shelves", request.url), { headers: answer.headers });
}

export const config = {
  // Every address that may be rendered as a page, unknown ones too. Assets and the routes of the sign-in need no
  // recognition; the policy of next.config.ts allows no script there.
  matcher: ["/((?!_next/static/|api/auth/|healthz$|icon\\.svg$|problem\\.css$).*)"],
};
