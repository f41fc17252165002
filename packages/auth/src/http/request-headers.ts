/** Request headers that a proxy sets: the site's own `proxy.ts`, or one in front of the site. */

/** The path of the page, set by `recognise`. Used only as a place to return to, after `parseReturnTo`. */
export const pathHeader = "x-gatehouse-path";

/** The request id, set by a proxy in front or by `recognise`; null when it could break a log line. */
export function readRequestId(headers: Headers): string | null {
  const id = headers.get("x-request-id");
  return id && /^[A-Za-z0-9-]{8,64}$/.test(id) ? id : null;
}
