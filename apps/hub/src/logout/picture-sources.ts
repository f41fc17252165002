/** Origins a page names one by one. With more, its header outgrows what proxies in front of the hub let through. */
const mostByName = 20;

/**
 * What the page after a sign-out may load pictures from, so that the person's browser brings the messages: the sites
 * by name, and where they are too many, their schemes.
 *
 * @param addresses where the messages go
 * @see Content Security Policy Level 3, section 2.3.1 (scheme-source, host-source)
 */
export function pictureSources(addresses: readonly string[]): readonly string[] {
  const urls = addresses.map((address) => new URL(address));
  const origins = [...new Set(urls.map(({ origin }) => origin))];
  return origins.length <= mostByName ? origins : [...new Set(urls.map(({ protocol }) => protocol))].sort();
}
