/**
 * A redirect of the sign-in: 303, so that nothing posted is posted again, and without a Referer, so that a ticket in
 * the address stays between site and hub.
 *
 * @see RFC 9700, section 4.12
 */
export function redirect(location: string, setCookies: readonly string[]): Response {
  const headers = new Headers({ location, "cache-control": "no-store", "referrer-policy": "no-referrer" });
  for (const cookie of setCookies) headers.append("set-cookie", cookie);
  return new Response(null, { status: 303, headers });
}
