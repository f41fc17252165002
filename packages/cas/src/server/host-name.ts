/**
 * Whether the host of a URL, as the URL parser writes it, is a name that everybody reads alike: labels of letters,
 * digits, hyphens and underscores, or an IPv6 address. The parser lets through more: a `;` or a `,` in a host would be
 * syntax in the policies and lists that hosts are written into, and a trailing dot makes a twin of the same host that is
 * another origin.
 *
 * @see URL Standard, section 3.1 (forbidden host code points); RFC 1034, section 3.1 (the trailing dot)
 */
export function isPlainHost(hostname: string): boolean {
  return /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/.test(hostname);
}
