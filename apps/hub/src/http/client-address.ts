import { type BlockList, isIP, SocketAddress } from "node:net";

/**
 * Finds the address of the client. Trusts only the entries of `X-Forwarded-For` that trusted proxies wrote: read from
 * the right, the client is the first address that is not a trusted proxy. An entry that is not an address ends the
 * chain: no trusted proxy wrote the entries left of it.
 *
 * @param socketAddress the connection's peer
 * @param forwardedFor the header as received, several lines joined by commas
 * @param trusted `TRUST_PROXY`; absent: the header is ignored
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList | undefined,
): string {
  const peer = plainAddress(socketAddress ?? "");
  if (!isTrusted(trusted, peer)) return peer;
  for (const entry of (forwardedFor ?? "").split(",").reverse()) {
    const address = addressOfEntry(entry);
    if (address === undefined) break;
    if (!isTrusted(trusted, address)) return address;
  }
  return peer;
}

/** @param address as `plainAddress` writes it */
export function isTrusted(trusted: BlockList | undefined, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && trusted?.check(address, family === 6 ? "ipv6" : "ipv4") === true;
}

/**
 * Canonical spelling of an address, for counting and comparing: without zone, IPv6 in its shortest form, and IPv4
 * addresses that a dual-stack socket maps into IPv6 (`::ffff:192.0.2.1`) as plain IPv4.
 */
export function plainAddress(address: string): string {
  const withoutZone = address.replace(/%.*$/, "");
  if (isIP(withoutZone) !== 6) return address;
  const { address: shortest } = new SocketAddress({ address: withoutZone, family: "ipv6" });
  const mapped = shortest.replace(/^::ffff:/i, "");
  return isIP(mapped) === 4 ? mapped : shortest;
}

/**
 * The address in an entry. Some load balancers append the port or add quotes: `203.0.113.7:51234`, `[2001:db8::1]:443`,
 * `"[2001:db8::1]"`.
 */
export function addressOfEntry(entry: string): string | undefined {
  const written = entry.trim().replace(/^"(.*)"$/, "$1");
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\]|([\d.]+))(?::\d{1,5})?$/.exec(written) ?? [];
  const address = bracketed ?? dotted ?? written;
  const isAddress = bracketed === undefined ? isIP(address) !== 0 : isIP(address) === 6;
  return isAddress ? plainAddress(address) : undefined;
}
