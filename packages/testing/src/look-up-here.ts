import { lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { readLoopbackDomains } from "./env.ts";

const here = { address: "127.0.0.1", family: 4 };

/**
 * Resolves `*.localhost` and subdomains of `LOOPBACK_DOMAINS` to this machine, as browsers do, and asks the system for all
 * other names.
 *
 * @see https://datatracker.ietf.org/doc/html/rfc6761#section-6.3
 */
export const lookUpHere: LookupFunction = (hostname, options, found) => {
  if (!["localhost", ...readLoopbackDomains()].some((domain) => hostname.endsWith(`.${domain}`)))
    lookup(hostname, options, found);
  else if (options.all) process.nextTick(found, null, [here]);
  else process.nextTick(found, null, here.address, here.family);
};
