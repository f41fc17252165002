import { type NextRequest, NextResponse } from "next/server";
import { auth, recognise } from "./src/auth.ts";
import { asksForMissingAccount, isUnreadable } from "./src/missing-account.ts";
import { openLedgerOnce } from "./src/open-ledger-once.ts";

/**
 * Recognises people who are signed in elsewhere, sends the policy of each page with its nonce, and shows
 * the page for what is not there.
 *
 * Never a boundary: each page asks for itself who is there and whose account it is. But Next leaves drawing a
 * `notFound()` of a page to its scripts, and without scripts that is an empty window. An address that no route
 * knows is drawn by the server, so somebody else's account is sent to one.
 */
export async function proxy(request: NextRequest): Promise<Response> {
  const answer = await recognise(request);
  const { pathname, searchParams } = request.nextUrl;
  if (answer.headers.has("location") || !pathname.startsWith("/accounts/")) return answer;
  if (!isUnreadable(pathname)) {
    const session = await auth(request);
    if (session === null) return answer;
    if (!asksForMissingAccount(openLedgerOnce(), session.user.id, pathname, searchParams)) return answer;
  }
  return NextResponse.rewrite(new URL("/nothing-here", request.url), { headers: answer.headers });
}

export const config = {
  // Every address that may be drawn as a page, unknown ones too. What a page is made of, and the routes of
  // signing in, recognise nobody, and the policy of next.config.ts lets in no script there.
  matcher: ["/((?!_next/static/|api/auth/|api/(?:accounts|transactions|transfers)$|healthz$|icon\\.svg$).*)"],
};
