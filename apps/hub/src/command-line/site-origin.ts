import { isLoopbackHost } from "../settings/env.ts";
import { addressFault } from "../site-registry/registered-address.ts";
import { RefusedError } from "./parse-command.ts";

const example = "such as https://shop.example.com";

/**
 * Parses the origin of a site. An address with a path or a query is refused rather than shortened.
 *
 * @throws RefusedError with the address to give instead
 */
export function readSiteOrigin(word: string, hubUrl: string): string {
  const fault = addressFault(word);
  if (fault !== undefined)
    throw new RefusedError(`the site's address ${fault}. Give the site's origin, ${example}`);
  const url = new URL(word);
  const { origin } = url;
  if (url.href !== `${origin}/`)
    throw new RefusedError(
      `give the site's origin, without path and query: ${origin}. If the site is below a path, correct the addresses in the file afterwards.`,
    );
  if (isTheHub(url, new URL(hubUrl)))
    throw new RefusedError(
      `${origin} is the hub itself (HUB_URL=${hubUrl}). Give the site's own origin, ${example}`,
    );
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname))
    throw new RefusedError(
      `the site's address should begin with https://: over http, anybody on the network path can read tickets. Give https://${url.host} once the site or a proxy in front of it supports https.`,
    );
  return origin;
}

/** All loopback names mean this machine, where only one program listens on a port. */
function isTheHub(url: URL, hub: URL): boolean {
  const areLoopback = isLoopbackHost(url.hostname) && isLoopbackHost(hub.hostname);
  return url.origin === hub.origin || (areLoopback && url.protocol === hub.protocol && url.port === hub.port);
}
