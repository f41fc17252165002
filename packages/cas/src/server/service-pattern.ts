import type { Service } from "./service.ts";
import { withoutSessionIds } from "./service-normal-form.ts";

/** Which service addresses a registration stands for. Made by `parseServicePattern` alone. */
export interface ServicePattern {
  /** As the registration has it, for messages. */
  readonly text: string;
  readonly origin: string;
  /** Between the slashes of the path; `null` stands for any one segment. */
  readonly segments: readonly (string | null)[];
  /** The pattern ends in `/**`: whatever is below matches, and the place itself. */
  readonly below: boolean;
}

/** A pattern in a registration that means nothing, or not what its writer thought. */
export class ServicePatternError extends Error {
  override readonly name = "ServicePatternError";
  readonly code = "service_pattern_invalid";
}

/**
 * Reads a pattern: scheme, host and port exact; the path exact, or with `*` for one whole segment, or
 * ending in `/**`. The query is not part of it, any will do. There are no regular expressions: an
 * unescaped dot in one of them has let in other people's hosts elsewhere.
 *
 * @throws ServicePatternError with a sentence that follows the name of a field (`should …`)
 * @see CAS protocol 3.0.3, section 2.1.1 (services are filtered by what is registered)
 */
export function parseServicePattern(text: string): ServicePattern {
  const shape = /^(https?:\/\/[^/?#\\@\s]+)(\/[^?#\\\s]*)?$/.exec(text);
  const [, authority = "", path = "/"] = shape ?? [];
  if (shape === null || authority.includes("*")) {
    throw new ServicePatternError(
      "should be http:// or https://, a host without *, and a path; no user info, query or fragment",
    );
  }
  const url = URL.parse(authority + path);
  if (url === null) throw new ServicePatternError("should be a URL");
  if (authority.includes("%") || !isPlainHost(url.hostname)) {
    throw new ServicePatternError(
      "should have a host of letters, digits, hyphens and dots, nothing encoded and no dot at its end",
    );
  }
  const segments = url.pathname.split("/").slice(1);
  const below = segments.at(-1) === "**";
  if (below) segments.pop();
  if (segments.some((segment) => segment !== "*" && segment.includes("*"))) {
    throw new ServicePatternError("should have * only as a whole segment and ** only at the end");
  }
  return {
    text,
    origin: url.origin,
    segments: segments.map((segment) => (segment === "*" ? null : segment)),
    below,
  };
}

/**
 * Decides whether a service is one of those a pattern stands for. What a wildcard stands for must be
 * plain: no encoded slash, backslash or dot segment, because the site behind may decode once more than
 * the browser and end up outside the place that was registered. A `;jsessionid=…` does not count.
 *
 * @see CAS protocol 3.0.3, section 2.1.1
 */
export function matchesService(pattern: ServicePattern, service: Service): boolean {
  if (pattern.origin !== service.origin) return false;
  const segments = withoutSessionIds(new URL(service.url).pathname).split("/").slice(1);
  const { length } = pattern.segments;
  if (pattern.below ? segments.length < length : segments.length !== length) return false;
  return segments.every((segment, index) => {
    const expected = index < length ? pattern.segments[index] : undefined;
    if (expected === undefined) return isPlain(segment);
    return expected === null ? segment !== "" && isPlain(segment) : expected === segment;
  });
}

/** Not `..`, not `..;x` (Java servers cut parameters off a segment), nothing encoded that is syntax once decoded. */
function isPlain(segment: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
  return !/[/\\\u0000-\u001f\u007f]|%[0-9a-f]{2}/i.test(decoded) && !/^\.{1,2}(;|$)/.test(decoded);
}

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
