import { workUnitAsyncStorage } from "next/dist/server/app-render/work-unit-async-storage.external.js";
import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { NextResponse } from "next/server";

/** The request that a page or route handler of Next.js is answering. */
export async function currentHeaders(): Promise<Headers> {
  return new Headers(await headers());
}

/**
 * The path of the page being rendered, for pages that the proxy did not see. Next.js stores it without a documented API;
 * null when a later version stores it elsewhere.
 */
export function currentPath(): string | null {
  const store = workUnitAsyncStorage?.getStore();
  if (store?.type !== "request") return null;
  const { pathname, search }: { readonly pathname?: unknown; readonly search?: unknown } = store.url ?? {};
  return typeof pathname === "string" ? pathname + (typeof search === "string" ? search : "") : null;
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
export function passOn(requestHeaders: Headers, policy: string | null, answerHeaders: Headers): Response {
  if (policy !== null) requestHeaders.set("content-security-policy", policy);
  const answer = NextResponse.next({ request: { headers: requestHeaders } });
  if (policy !== null) answer.headers.set("content-security-policy", policy);
  for (const [name, value] of answerHeaders) answer.headers.append(name, value);
  return answer;
}
