import { type BlockList, isIP } from "node:net";

/**
 * The address a request came from. `X-Forwarded-For` is believed only as far as trusted proxies wrote
 * it: from the right, the first address that is no trusted proxy.
 *
 * @param socketAddress the connection's peer
 * @param forwardedFor the header as received
 * @param trusted `TRUST_PROXY`; absent: the header is ignored
 */
export function clientAddress(
  socketAddress: string | undefined,
  forwardedFor: string | undefined,
  trusted: BlockList | undefined,
): string {
  const peer = plain(socketAddress ?? "");
  if (trusted === undefined || !isTrusted(trusted, peer)) return peer;
  for (const entry of (forwardedFor ?? "").split(",").reverse()) {
    const address = plain(entry.trim());
    if (isIP(address) === 0) break;
    if (!isTrusted(trusted, address)) return address;
  }
  return peer;
}

/** An IPv4 peer of a dual-stack socket reads `::ffff:192.0.2.1`. */
function plain(address: string): string {
  return address.startsWith("::ffff:") && isIP(address.slice(7)) === 4 ? address.slice(7) : address;
}

function isTrusted(trusted: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && trusted.check(address, family === 6 ? "ipv6" : "ipv4");
}
