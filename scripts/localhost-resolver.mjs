/**
 * Preload (`node --import`): makes `*.localhost` mean this machine, as RFC 6761 says and browsers do. Node asks the
 * system, and many systems do not know such names. Nothing else is changed.
 */
import dns from "node:dns";

const loopback = { address: "127.0.0.1", family: 4 };
const isLocal = (/** @type {unknown} */ name) =>
  typeof name === "string" && /(^|\.)localhost\.?$/i.test(name);

const lookUp = dns.lookup;
const lookUpPromised = dns.promises.lookup;

/** @param {any} options */
const wantsAll = (options) => typeof options === "object" && options !== null && options.all === true;

// @ts-expect-error one function stands for all of the overloads
dns.lookup = (/** @type {string} */ name, /** @type {any} */ options, /** @type {any} */ callback) => {
  if (!isLocal(name)) return lookUp(name, options, callback);
  const done = typeof options === "function" ? options : callback;
  if (wantsAll(options)) process.nextTick(done, null, [loopback]);
  else process.nextTick(done, null, loopback.address, loopback.family);
};

// @ts-expect-error as above
dns.promises.lookup = async (/** @type {string} */ name, /** @type {any} */ options) => {
  if (!isLocal(name)) return lookUpPromised(name, options);
  return wantsAll(options) ? [loopback] : loopback;
};
