/**
 * Checks every request before Hono and Next read it: drops headers and refuses targets with which attackers have misled
 * proxies and frameworks.
 */
import type { IncomingMessage, ServerResponse } from "node:http";

/**
 * Dropped headers: internal ones of Next (CVE-2025-29927, CVE-2026-44581 and similar), those that request a representation
 * that the hub does not serve (React flight), and those that name an origin (the hub's comes from `HUB_URL`).
 */
const dropped =
  /^(x-middleware-.*|x-nextjs-.*|x-now-.*|x-matched-path|x-invoke-.*|next-action|next-router-.*|next-url|rsc|content-security-policy|x-forwarded-host|x-forwarded-proto|x-forwarded-port|forwarded|x-original-url|x-rewrite-url|x-http-method-override)$/;

const longestTarget = 16_384;
/** All methods that a route of the hub accepts. */
const methods = "GET, HEAD, POST, DELETE, OPTIONS";
/** Empty, or a name, IPv4 address or bracketed IPv6 address with an optional port. @see RFC 9110, section 7.2 */
const hostShape = /^(?:\[[0-9a-f:.]+\]|(?:[\w.~!$&'()*+,;=-]|%[0-9a-f]{2})*)(?::\d*)?$/i;
/** @see RFC 9112, section 3.2.2 */
const absoluteForm = /^https?:\/\/[^/?#\\]*/i;

/**
 * @param host the hub's own host and port; replaces the Host header of the request
 * @returns false when the request was refused and answered
 */
export function guard(request: IncomingMessage, response: ServerResponse, host: string): boolean {
  const wrongHost = faultOfHost(request);
  if (wrongHost !== undefined) return refuse(response, 400, "bad_request", wrongHost);
  if (request.url === "*" && request.method === "OPTIONS") {
    response.writeHead(204, { allow: methods, "cache-control": "no-store" }).end();
    return false;
  }
  const target = pathOf(request.url ?? "", host);
  if (target === "other-host")
    return refuse(
      response,
      421,
      "misdirected_request",
      `The request is for another host; this one is ${host}.`,
    );
  if (!target.startsWith("/"))
    return refuse(response, 400, "bad_request", "Send the path of the resource, beginning with a slash.");
  if (target.length > longestTarget)
    return refuse(response, 414, "uri_too_long", `The address is longer than ${longestTarget} characters.`);
  // Only developers' own browsers read these pages: a site whose name was rebound to this machine is another origin there.
  if (isDevelopment(target) && valuesOf(request, "host")[0]?.toLowerCase() !== host)
    return refuse(response, 421, "misdirected_request", `Open this page at ${host}.`);
  // Browsers read a backslash as a slash: `/\evil.example` would be another host to them and a path to servers.
  if (target.includes("\\"))
    return refuse(response, 400, "bad_request", "Write a backslash in an address as %5C.");
  if (request.method === "TRACE" || request.method === "CONNECT")
    return refuse(response, 405, "method_not_allowed", "The hub does not accept this method.");
  // Node would use the first header; a proxy in front may have checked another.
  if (valuesOf(request, "authorization").length > 1)
    return refuse(response, 400, "bad_request", "Send one Authorization header.");
  replaceHeaders(request, host);
  request.url = singleSlashes(target);
  return true;
}

/** Drops headers and names the hub's own host, in the parsed headers and in the raw ones, which Hono reads. */
function replaceHeaders(request: IncomingMessage, host: string): void {
  const { headers, rawHeaders } = request;
  const kept: string[] = [];
  const distinct: Record<string, string[]> = Object.create(null);
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const [name = "", value = ""] = [rawHeaders[index], rawHeaders[index + 1]];
    const key = name.toLowerCase();
    if (dropped.test(key)) delete headers[key];
    else if (key !== "host") {
      kept.push(name, value);
      distinct[key] = [...(distinct[key] ?? []), value];
    }
  }
  headers.host = host;
  // Node would make them from as many raw headers as it received, and throw.
  request.headersDistinct = { ...distinct, host: [host] };
  request.rawHeaders = [...kept, "Host", host];
}

/** All values of a header, also of one that Node keeps only once. @param name in lower case */
function valuesOf({ rawHeaders }: IncomingMessage, name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

/** @see RFC 9112, section 3.2 */
function faultOfHost(request: IncomingMessage): string | undefined {
  const { httpVersionMajor, httpVersionMinor } = request;
  const hosts = valuesOf(request, "host");
  if (hosts.length > 1) return "Send one Host header.";
  if (hosts.some((one) => !hostShape.test(one)))
    return "The Host header is not a host name with or without a port.";
  const isNeeded = httpVersionMajor > 1 || (httpVersionMajor === 1 && httpVersionMinor >= 1);
  return isNeeded && hosts.length === 0 ? "Send a Host header." : undefined;
}

/**
 * The path and query of a request target. A target in absolute form must name the hub, with http or https, since a proxy
 * in front may end TLS; the Host header is then ignored.
 */
function pathOf(target: string, host: string): string | "other-host" {
  const [origin] = absoluteForm.exec(target) ?? [];
  if (origin === undefined) return target;
  const url = URL.parse(origin);
  const isOwn = url?.host === host && url.username === "" && url.password === "";
  if (!isOwn) return "other-host";
  const rest = target.slice(origin.length);
  return rest.startsWith("/") ? rest : `/${rest}`;
}

/** Pages that show mails to whoever can reach the hub, outside production. Hono decodes a path once. */
function isDevelopment(target: string): boolean {
  const path = target.split("?", 1)[0] ?? "";
  const decoded = path.replaceAll(/%([0-9a-f]{2})/gi, (_, hex) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return /^\/+dev(?:\/|$)/i.test(decoded);
}

/** Old CAS clients request `/cas//serviceValidate`. The query stays unchanged. */
function singleSlashes(target: string): string {
  const end = target.indexOf("?");
  const path = end === -1 ? target : target.slice(0, end);
  return path.replace(/\/{2,}/g, "/") + (end === -1 ? "" : target.slice(end));
}

function refuse(response: ServerResponse, status: number, code: string, message: string): false {
  response.writeHead(status, {
    "content-type": "application/json",
    "cache-control": "no-store",
    connection: "close",
  });
  response.end(JSON.stringify({ error: code, message }));
  return false;
}
