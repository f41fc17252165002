/**
 * The same address by number: Node's resolver does not know `*.localhost`, browsers do.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
 */
export function loopback(address: string): string {
  const url = new URL(address);
  if (url.hostname.endsWith(".localhost")) url.hostname = "127.0.0.1";
  return url.href;
}
