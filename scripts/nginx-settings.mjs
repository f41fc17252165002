/** Configuration of nginx for test runs: the examples for operators, with other names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./bootstrap/checkout-paths.mjs";
import { PlainError } from "./bootstrap/plain-error.mjs";

/**
 * @typedef {object} Certificate
 * @property {string} chain file of the certificate and its issuers
 * @property {string} key file
 */
/** @typedef {Certificate & { kind: "hub" | "site", name: string, upstream: string }} Place one app behind one name */
/** @typedef {Certificate & { domain: string }} Domain `<word>-<port>.<domain>` leads to that port of this machine */

/**
 * @param {{
 *   directory: string, port: number, redirectPort: number, places: readonly Place[], domains: readonly Domain[],
 * }} options `directory`: of everything that nginx writes
 * @returns {string} a whole `nginx.conf`
 */
export function nginxSettings({ directory, port, redirectPort, places, domains }) {
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
  return `worker_processes 1;
pid ${join(directory, "nginx.pid")};
error_log ${join(directory, "error.log")} warn;
events {}
http {
access_log off;
${temporary.map((name) => `${name}_temp_path ${join(directory, name)};`).join("\n")}
${fill("redirect", { "listen 80 ": `listen 127.0.0.1:${redirectPort} ` })}
${places.map((place) => server(place, port)).join("\n")}
${domains.map((domain) => serverOfAnyPort(domain, port)).join("\n")}
}
`;
}

/**
 * @param {Place} place
 * @param {number} port
 */
function server({ kind, name, upstream, chain, key }, port) {
  const [example, appPort] = kind === "hub" ? ["login.example.com", 3000] : ["shop.example.com", 3001];
  return fill(kind, {
    "listen 443 ": `listen 127.0.0.1:${port} `,
    [`server 127.0.0.1:${appPort};`]: `server ${upstream};`,
    [`/etc/ssl/${example}/chain.pem`]: chain,
    [`/etc/ssl/${example}/key.pem`]: key,
    [example]: name,
  });
}

/**
 * For apps that a test starts itself. An upstream by a variable has no connections to keep.
 *
 * @param {Domain} domain
 * @param {number} port
 */
function serverOfAnyPort({ domain, chain, key }, port) {
  const name = `~^[a-z]+-(?<app_port>\\d+)\\.${domain.replaceAll(".", "\\.")}$`;
  return server({ kind: "hub", name: domain, upstream: "127.0.0.1:1", chain, key }, port)
    .replace(/^upstream [^}]*\}\n/m, "")
    .replace(`server_name ${domain};`, `server_name ${name};`)
    .replace(`proxy_pass http://${domain};`, "proxy_pass http://127.0.0.1:$app_port;");
}

/**
 * @param {string} name of a file in `examples/nginx`
 * @param {Record<string, string>} values by what they take the place of, all of which has to be there
 */
function fill(name, values) {
  const path = join(root, "examples", "nginx", `${name}.conf`);
  return Object.entries(values).reduce(
    (text, [example, value]) => {
      if (!text.includes(example)) throw new PlainError(`${path} has no "${example}" any more.`);
      return text.replaceAll(example, value);
    },
    readFileSync(path, "utf8"),
  );
}
