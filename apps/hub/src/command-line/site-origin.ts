import { isLoopbackHost } from "../settings/env.ts";
import { addressFault } from "../site-registry/registered-address.ts";
import { RefusedError } from "./parse-command.ts";

const example = "such as https://shop.example.com";

/**
 * The origin that a site is registered by. Nothing that was written is dropped in silence.
 *
 * @throws RefusedError saying what to write instead
 */
export function readSiteOrigin(word: string, hubUrl: string): string {
  const fault = addressFault(word);
  if (fault !== undefined)
    throw new RefusedError(`the site's address ${fault}. Give the site's origin, ${example}`);
  const url = new URL(word);
  const { origin } = url;
  if (url.href !== `${origin}/`)
    throw new RefusedError(
      `a site is registered by its origin, without path and query: ${origin}. For a site below a path, correct the addresses in the file afterwards.`,
    );
  if (isTheHub(url, new URL(hubUrl)))
    throw new RefusedError(
      `${origin} is the hub itself (HUB_URL=${hubUrl}). Give the site's own origin, ${example}`,
    );
  if (url.protocol === "http:" && !isLoopbackHost(url.hostname))
    throw new RefusedError(
      `the site's address should begin with https://, since over http everybody on the way reads the tickets. Give https://${url.host}, once the site or a proxy before it speaks https.`,
    );
  return origin;
}

/** On loopback every name is this machine, where a port belongs to one program. */
function isTheHub(url: URL, hub: URL): boolean {
  const areLoopback = isLoopbackHost(url.hostname) && isLoopbackHost(hub.hostname);
  return url.origin === hub.origin || (areLoopback && url.protocol === hub.protocol && url.port === hub.port);
}
