/** Decides whether an address belongs to the public internet. */
import { BlockList, isIP } from "node:net";

/** @see RFC 6890, table 1 to 16 */
const reserved4 = subnets("ipv4", [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
]);
/** The global unicast range; addresses outside are loopback, mapped, local or unassigned. @see RFC 4291, section 2.4 */
const global6 = subnets("ipv6", [["2000::", 3]]);
/** Reserved within that range: protocol assignments, documentation, and addresses that embed an IPv4 address. */
const reserved6 = subnets("ipv6", [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
]);

/**
 * Decides whether a hub in production may connect to an address. Each list holds one family: Node's `BlockList` also
 * compares IPv4 addresses with mapped IPv6 networks, so a shared list would match every IPv4 address.
 *
 * @param address as the resolver returns it; any other text counts as not public
 */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !reserved4.check(address, "ipv4");
  return family === 6 && global6.check(address, "ipv6") && !reserved6.check(address, "ipv6");
}

function subnets(family: "ipv4" | "ipv6", networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, bits] of networks) list.addSubnet(network, bits, family);
  return list;
}
