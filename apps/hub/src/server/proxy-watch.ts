/**
 * Detects a missing proxy, and one that forwards too few headers. It changes no behaviour: the hub's address comes from
 * `HUB_URL`, and a user's address depends on `TRUST_PROXY`. But such a proxy makes users lose their cookies or share one
 * throttle, and no other check reports the cause.
 */
import type { IncomingMessage } from "node:http";
import { addressOfEntry, isTrusted, plainAddress } from "../http/client-address.ts";
import type { Log } from "../log.ts";
import { isLoopbackHost, type Settings } from "../settings/env.ts";

/** A mistake of the proxy, with the remedy. */
export interface ProxyFault {
  /** Stable, snake_case. */
  readonly code: string;
  readonly sentence: string;
}

export interface ProxyWatch {
  /** Checks a request as received, before the guard removes its forwarding headers. */
  look(request: IncomingMessage): void;
  /** Faults in requests of the last ten minutes. */
  recent(): readonly ProxyFault[];
}

type Facts = Pick<Settings, "mode" | "hubUrl" | "trustedProxies">;

const tenMinutes = 600_000;
/** Health checks, which come from this machine and from load balancers without a proxy. */
const probes = new Set(["/healthz", "/readyz", "/metrics"]);

/** Logs each kind of fault once. */
export function createProxyWatch(settings: Facts, log: Log, clock: () => Date): ProxyWatch {
  const seen = new Map<string, { readonly fault: ProxyFault; readonly at: number }>();
  return {
    look(request) {
      if (probes.has(request.url ?? "") && request.headers.authorization === undefined) return;
      for (const fault of proxyFaults(request, settings)) {
        if (!seen.has(fault.code))
          log.warn({ event: "proxy.misconfigured", code: fault.code }, fault.sentence);
        seen.set(fault.code, { fault, at: clock().getTime() });
      }
    },
    recent() {
      const since = clock().getTime() - tenMinutes;
      return [...seen.values()].filter(({ at }) => at >= since).map(({ fault }) => fault);
    },
  };
}

function proxyFaults(request: IncomingMessage, settings: Facts): readonly ProxyFault[] {
  const forwarded = headersOf(request);
  if (settings.mode !== "production") return forwarded.any ? [demoBehindProxy(settings)] : [];
  return [
    faultOfAddress(request, forwarded, settings),
    faultOfScheme(forwarded, settings),
    faultOfHost(request, forwarded, settings),
  ].filter((fault) => fault !== undefined);
}

interface Forwarded {
  readonly address: string | undefined;
  readonly scheme: string | undefined;
  readonly host: string | undefined;
  /** Whether a header shows that a proxy forwarded the request. */
  readonly any: boolean;
}

function headersOf({ headers }: IncomingMessage): Forwarded {
  const text = (name: string): string | undefined => headers[name]?.toString();
  const [address, scheme, host] = [
    text("x-forwarded-for"),
    first(text("x-forwarded-proto")),
    first(text("x-forwarded-host")),
  ];
  const others = [headers.forwarded, headers.via, scheme, host];
  return { address, scheme, host, any: address !== undefined || others.some((one) => one !== undefined) };
}

/** The first value of a list that several proxies wrote: that of the proxy that the user reached. */
function first(list: string | undefined): string | undefined {
  return list?.split(",", 1)[0]?.trim().toLowerCase().slice(0, 100);
}

function faultOfAddress(
  { socket }: IncomingMessage,
  forwarded: Forwarded,
  { hubUrl, trustedProxies }: Facts,
): ProxyFault | undefined {
  const peer = plainAddress(socket.remoteAddress ?? "");
  const sharing = "all users behind it share one throttle";
  if (!forwarded.any) {
    if (!isSecure(hubUrl)) return undefined;
    const sentence = `A request came from ${peer} without forwarding headers, but HUB_URL is ${hubUrl}. Either the request bypassed the proxy, or the proxy sets no such headers and ${sharing}. Allow only the proxy to reach BIND_ADDRESS, and configure it to set X-Forwarded-For and X-Forwarded-Proto.`;
    return { code: "proxy_missing", sentence };
  }
  if (trustedProxies === undefined) {
    const sentence = `The proxy at ${peer} sends forwarding headers, but TRUST_PROXY is not set, so ${sharing}. Set TRUST_PROXY=${peer}.`;
    return { code: "trust_proxy_unset", sentence };
  }
  if (!isTrusted(trustedProxies, peer)) {
    const sentence = `${peer} sends forwarding headers, but TRUST_PROXY does not list it. If it is your proxy, add it to TRUST_PROXY; until then ${sharing}.`;
    return { code: "proxy_not_trusted", sentence };
  }
  if (forwarded.address === undefined) {
    const sentence = `The proxy at ${peer} sends no X-Forwarded-For, so ${sharing}. Configure it to append the user's address to that header; the hub reads no other.`;
    return { code: "forwarded_for_missing", sentence };
  }
  if (addressOfEntry(forwarded.address.split(",").at(-1) ?? "") !== undefined) return undefined;
  const sentence = `The proxy at ${peer} appends something other than an IP address to X-Forwarded-For, so ${sharing}. Configure it to append the address of its client.`;
  return { code: "forwarded_for_unreadable", sentence };
}

function faultOfScheme({ any, scheme }: Forwarded, { hubUrl }: Facts): ProxyFault | undefined {
  const own = isSecure(hubUrl) ? "https" : "http";
  if (!any || scheme === own || (scheme === undefined && own === "http")) return undefined;
  if (scheme === undefined) {
    const sentence =
      "The proxy sends no X-Forwarded-Proto, so the hub cannot check that users reach it by https, as HUB_URL says. Configure the proxy to set that header.";
    return { code: "forwarded_proto_missing", sentence };
  }
  const sentence =
    own === "https"
      ? `A user reached the proxy by http, but HUB_URL is ${hubUrl}. Over http, browsers discard the hub's cookies. Configure the proxy to redirect http to https.`
      : `Users reach the proxy by https, but HUB_URL is ${hubUrl}. Set HUB_URL to the address that users open.`;
  return { code: "scheme_differs", sentence };
}

function faultOfHost(
  { headers }: IncomingMessage,
  forwarded: Forwarded,
  { hubUrl }: Facts,
): ProxyFault | undefined {
  const { host, hostname, protocol } = new URL(hubUrl);
  const asked = forwarded.host ?? first(headers.host);
  if (asked === undefined) return undefined;
  // Parsed, because the default port may be written or omitted.
  const url = URL.parse(`${protocol}//${asked}`);
  const areThisMachine = isLoopbackHost(hostname) && isLoopbackHost(url?.hostname ?? "");
  if (url?.host === host || areThisMachine) return undefined;
  const sentence = `A request names the host ${asked}, but HUB_URL is ${hubUrl}. Configure the proxy to forward the Host header unchanged and to redirect other names to HUB_URL, or correct HUB_URL.`;
  return { code: "host_differs", sentence };
}

function demoBehindProxy({ mode }: Facts): ProxyFault {
  return {
    code: "demo_behind_proxy",
    sentence: `A request came through a proxy, but HUB_MODE is ${mode}: anybody who reaches the proxy can sign in with the demo's published password. Set HUB_MODE=production before others can reach the hub.`,
  };
}

function isSecure(hubUrl: string): boolean {
  return hubUrl.startsWith("https:");
}
