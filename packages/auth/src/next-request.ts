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

/** Lets a request pass the proxy with these headers. */
export function passOn(requestHeaders: Headers): Response {
  return NextResponse.next({ request: { headers: requestHeaders } });
}
