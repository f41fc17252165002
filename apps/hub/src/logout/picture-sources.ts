/** Maximum number of origins listed by name. A longer header could exceed the limits of proxies in front of the hub. */
const mostByName = 20;

/**
 * Sources for the `img-src` of the page after a sign-out: the browser delivers front-channel logout messages by loading
 * pictures. Lists the sites' origins, or only their schemes if there are too many.
 *
 * @param addresses addresses of the messages
 * @see Content Security Policy Level 3, section 2.3.1 (scheme-source, host-source)
 */
export function pictureSources(addresses: readonly string[]): readonly string[] {
  const urls = addresses.map((address) => new URL(address));
  const origins = [...new Set(urls.map(({ origin }) => origin))];
  return origins.length <= mostByName ? origins : [...new Set(urls.map(({ protocol }) => protocol))].sort();
}
