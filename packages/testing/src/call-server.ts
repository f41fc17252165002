import { request as requestByHttp } from "node:http";
import { request as requestByHttps } from "node:https";
import { text } from "node:stream/consumers";
import { lookUpHere } from "./look-up-here.ts";

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
