/**
 * Preload (`node --import`): makes `*.localhost` mean this machine, as browsers have it. Node asks the system's
 * resolver, which on many machines knows only `localhost` itself. So are the domains of `LOOPBACK_DOMAINS`, separated
 * by commas, and every name below them: those of a test run.
 *
 * @see RFC 6761, section 6.3
 */
import dns from "node:dns";
import { syncBuiltinESMExports } from "node:module";

const address = "127.0.0.1";

const domains = [
  "localhost",
  ...(process.env.LOOPBACK_DOMAINS ?? "").toLowerCase().split(",").filter(Boolean),
];

/** @param {unknown} hostname */
function isOurs(hostname) {
  if (typeof hostname !== "string") return false;
  const name = hostname.toLowerCase().replace(/\.$/, "");
  return domains.some((domain) => name.endsWith(`.${domain}`));
}

const lookup = dns.lookup;
const lookupPromise = dns.promises.lookup;

/** @type {(hostname: string, ...rest: any[]) => void} */
function patchedLookup(hostname, ...rest) {
  const callback = rest.at(-1);
  if (!isOurs(hostname) || typeof callback !== "function") {
    return Reflect.apply(lookup, dns, [hostname, ...rest]);
  }
  if (rest.length > 1 && rest[0]?.all) process.nextTick(callback, null, [{ address, family: 4 }]);
  else process.nextTick(callback, null, address, 4);
}

/** @type {(hostname: string, options?: any) => Promise<any>} */
async function patchedLookupPromise(hostname, options) {
  if (!isOurs(hostname)) return Reflect.apply(lookupPromise, dns.promises, [hostname, options]);
  return options?.all ? [{ address, family: 4 }] : { address, family: 4 };
}

// What util.promisify knows about the original.
Object.defineProperties(patchedLookup, Object.getOwnPropertyDescriptors(lookup));

// Next and undici keep what they imported: patched before either is loaded, and for ES imports of names as well.
dns.lookup = /** @type {typeof dns.lookup} */ (/** @type {unknown} */ (patchedLookup));
dns.promises.lookup = /** @type {typeof dns.promises.lookup} */ (
  /** @type {unknown} */ (patchedLookupPromise)
);
syncBuiltinESMExports();
