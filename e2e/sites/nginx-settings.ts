/** Configuration of nginx for test runs: the examples for operators, with other names. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "@gatehouse/scripts/checkout";
import { PlainError } from "@gatehouse/scripts/plain-error";

/** One app behind one name. `<word>-<port>.<domain>` leads to that port of this machine, for apps that a test starts. */
interface Place {
  readonly kind: "hub" | "site";
  readonly name: string;
  readonly domain: string;
  readonly upstream: string;
  /** File of the certificate and its issuers. */
  readonly chain: string;
  /** File. */
  readonly key: string;
}

/** @returns a whole `nginx.conf` */
export function nginxSettings(options: {
  /** Of everything that nginx writes. */
  readonly directory: string;
  readonly port: number;
  readonly redirectPort: number;
  readonly places: readonly Place[];
}): string {
  const { directory, port, redirectPort, places } = options;
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
${places.map((place) => serverOfAnyPort(place, port)).join("\n")}
}
`;
}

function server({ kind, name, upstream, chain, key }: Omit<Place, "domain">, port: number): string {
  const [example, appPort] = kind === "hub" ? ["login.example.com", 3000] : ["shop.example.com", 3001];
  return fill(kind, {
    "listen 443 ": `listen 127.0.0.1:${port} `,
    [`server 127.0.0.1:${appPort};`]: `server ${upstream};`,
    [`/etc/ssl/${example}/chain.pem`]: chain,
    [`/etc/ssl/${example}/key.pem`]: key,
    [example]: name,
  });
}

/** An upstream by a variable has no connections to keep. */
function serverOfAnyPort({ domain, chain, key }: Place, port: number): string {
  const name = `~^[a-z]+-(?<app_port>\\d+)\\.${domain.replaceAll(".", "\\.")}$`;
  return server({ kind: "hub", name: domain, upstream: "127.0.0.1:1", chain, key }, port)
    .replace(/^upstream [^}]*\}\n/m, "")
    .replace(`server_name ${domain};`, `server_name ${name};`)
    .replace(`proxy_pass http://${domain};`, "proxy_pass http://127.0.0.1:$app_port;");
}

/**
 * @param name of a file in `examples/nginx`
 * @param values by what they take the place of, all of which has to be there
 */
function fill(name: string, values: Readonly<Record<string, string>>): string {
  const path = join(root, "examples", "nginx", `${name}.conf`);
  let text = readFileSync(path, "utf8");
  for (const [example, value] of Object.entries(values)) {
    if (!text.includes(example)) throw new PlainError(`${path} has no "${example}" any more.`);
    text = text.replaceAll(example, value);
  }
  return text;
}
