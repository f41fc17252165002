import { type NextRequest, NextResponse } from "next/server";
import { auth, recognise } from "./src/auth.ts";
import { openLedgerOnce } from "./src/ledger.ts";
import { asksForMissingAccount, isUnreadable } from "./src/missing-account.ts";

/**
 * Recognises users who are signed in at the hub, sends the policy of each page with its nonce, and rewrites addresses of
 * accounts that the user does not have.
 *
 * No access control: each page checks its user and the account's owner itself. But Next.js renders `notFound()` of a page
 * by script, which leaves an empty window without JavaScript. It renders an address without a route on the server, so a
 * missing account is rewritten to one.
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
  // Every address that may be rendered as a page, unknown ones too. Assets and the routes of the sign-in need no
  // recognition; the policy of next.config.ts allows no script there.
  matcher: ["/((?!_next/static/|api/auth/|api/(?:accounts|transactions|transfers)$|healthz$|icon\\.svg$).*)"],
};
