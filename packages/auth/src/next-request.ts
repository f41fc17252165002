import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { NextResponse } from "next/server";

/** The request that a page or route handler of Next.js is answering. */
export async function currentHeaders(): Promise<Headers> {
  return new Headers(await headers());
}

/** Leaves a page for another address. */
export function leaveFor(path: string): never {
  redirect(path);
}

/**
 * Lets a request pass the proxy with these headers and, if there is one, under this policy.
 *
 * Next.js reads the nonce for its scripts from the policy in the request, the browser from the answer.
 */
export function passOn(requestHeaders: Headers, policy: string | null): Response {
  if (policy !== null) requestHeaders.set("content-security-policy", policy);
  const answer = NextResponse.next({ request: { headers: requestHeaders } });
  if (policy !== null) answer.headers.set("content-security-policy", policy);
  return answer;
}
