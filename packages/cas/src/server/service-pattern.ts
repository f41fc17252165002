import type { Service } from "./service.ts";
import { withoutSessionIds } from "./service-normal-form.ts";

/** Service addresses of a registration. Created only by `parseServicePattern`. */
export interface ServicePattern {
  /** Text in the registration, for messages. */
  readonly text: string;
  readonly origin: string;
  /** Segments of the path; `null` matches any one segment. */
  readonly segments: readonly (string | null)[];
  /** The pattern ends in `/**`: the path itself and everything below it match. */
  readonly below: boolean;
}

/** A pattern that is malformed or ambiguous. */
export class ServicePatternError extends Error {
  override readonly name = "ServicePatternError";
  readonly code = "service_pattern_invalid";
}

/**
 * Parses a pattern: scheme, host and port are exact; the path is exact, has `*` for one whole segment, or ends in `/**`.
 * Any query matches. Regular expressions are not supported, because an unescaped dot in a host would match hosts of others.
 *
 * @throws ServicePatternError with a sentence that follows the name of a field (`should …`)
 * @see CAS protocol 3.0.3, section 2.1.1
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
      "should have a host of letters, digits, hyphens and dots, without percent-encoding and without a dot at the end",
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
 * Whether a pattern matches a service. A wildcard does not match an encoded slash, backslash or dot segment, because a site
 * that decodes once more than the browser would serve a path outside the registered one. A `;jsessionid=…` is ignored.
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

/** Not `..`, not `..;x` (Java servers strip parameters of a segment), no encoded character that is syntax once decoded. */
function isPlain(segment: string): boolean {
  let decoded: string;
  try {
    decoded = decodeURIComponent(segment);
  } catch {
    return false;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the expression finds control characters.
  return !/[/\\\u0000-\u001f\u007f]|%[0-9a-f]{2}/i.test(decoded) && !/^\.{1,2}(;|$)/.test(decoded);
}

/**
 * Whether a host is unambiguous: labels of letters, digits, hyphens and underscores, or an IPv6 address. The URL parser
 * accepts more: `;` or `,` in a host would be syntax in policies and lists of hosts, and a trailing dot names the same host
 * as another origin.
 *
 * @param hostname as the URL parser writes it

 * @see URL Standard, section 3.1 (forbidden host code points); RFC 1034, section 3.1 (the trailing dot)
 */
export function isPlainHost(hostname: string): boolean {
  return /^(?:[a-z0-9_-]+(?:\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$/.test(hostname);
}
