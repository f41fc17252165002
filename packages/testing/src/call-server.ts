import { lookup } from "node:dns";
import { request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import type { LookupFunction } from "node:net";
import { text } from "node:stream/consumers";
import { readLoopbackDomains } from "./env.ts";

export interface ServerCall {
  readonly method?: "GET" | "POST" | "DELETE";
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
}

export interface ServerAnswer {
  readonly status: number;
  readonly body: string;
}

const here = { address: "127.0.0.1", family: 4 };

/**
 * Resolves `*.localhost` and subdomains of `LOOPBACK_DOMAINS` to this machine, as browsers do, and asks the system for all
 * other names.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
 */
const lookUpHere: LookupFunction = (hostname, options, found) => {
  if (!["localhost", ...readLoopbackDomains()].some((domain) => hostname.endsWith(`.${domain}`)))
    lookup(hostname, options, found);
  else if (options.all) process.nextTick(found, null, [here]);
  else process.nextTick(found, null, here.address, here.family);
};

/**
 * Calls the hub or a site from Node, at the address that browsers use. `fetch` would ask the system's resolver, which does
 * not know those names. `NODE_EXTRA_CA_CERTS` adds certificate authorities.
 *
 * @param call.timeoutMs time limit for the whole call, in milliseconds
 */
export function callServer(address: string, call: ServerCall): Promise<ServerAnswer> {
  const { method = "GET", headers = {}, body, timeoutMs } = call;
  const url = new URL(address);
  const request = url.protocol === "https:" ? requestByHttps : requestByHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      headers,
      lookup: lookUpHere,
      signal: AbortSignal.timeout(timeoutMs),
    });
    sent.once("error", reject);
    sent.once("response", (response) => {
      text(response).then((read) => resolve({ status: response.statusCode ?? 0, body: read }), reject);
    });
    sent.end(body);
  });
}
