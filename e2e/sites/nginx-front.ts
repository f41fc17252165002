/** nginx between browsers and apps in the journeys over https, with certificates of this run alone. */
import { createHash, X509Certificate } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { PlainError } from "@gatehouse/scripts/plain-error";
import { startProgram, stopProgram } from "@gatehouse/scripts/processes";
import getPort from "get-port";
import { createCA, createCert } from "mkcert";
import { nginxSettings } from "./nginx-settings.ts";

/** Three registrable domains, below a name that the public DNS never has. @see RFC 6761, section 6.2 */
const apps = [
  { app: "hub", kind: "hub", domain: "gatehouse.test", name: "login.gatehouse.test" },
  { app: "shop", kind: "site", domain: "corner-shop.test", name: "www.corner-shop.test" },
  { app: "bank", kind: "site", domain: "harbour-bank.test", name: "www.harbour-bank.test" },
] as const;
/** In milliseconds. */
const patience = 15_000;

export interface Front {
  /** PEM file of the certificate authority. */
  readonly authorityFile: string;
  /** For programs that call the apps: their addresses, and what makes them known and trusted. */
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** @throws PlainError with nginx's own message if it does not start */
export async function startFront(options: {
  readonly directory: string;
  /** Ports of the apps. */
  readonly upstreams: Readonly<Record<"hub" | "shop" | "bank", number>>;
  /** `NGINX_PATH` names the program. */
  readonly environment: NodeJS.ProcessEnv;
}): Promise<Front> {
  const { upstreams, environment } = options;
  const nginx = environment.NGINX_PATH;
  if (!nginx) throw new PlainError("the journeys over https need nginx, and there is none.");
  const directory = join(options.directory, "front");
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const { authority, issue } = await makeAuthority();
  const authorityFile = join(directory, "authority.pem");
  await writeFile(authorityFile, authority);
  const places = await Promise.all(
    apps.map(async (place) => {
      const path = join(directory, place.domain);
      const certificate = { chain: `${path}.chain.pem`, key: `${path}.key.pem` };
      const { chain, key } = await issue(place.domain);
      await writeFile(certificate.chain, chain);
      await writeFile(certificate.key, key, { mode: 0o600 });
      return { ...place, ...certificate, upstream: `127.0.0.1:${upstreams[place.app]}` };
    }),
  );
  const [port, redirectPort] = [await getPort({ host: "127.0.0.1" }), await getPort({ host: "127.0.0.1" })];
  const settings = join(directory, "nginx.conf");
  await writeFile(settings, nginxSettings({ directory, port, redirectPort, places }));
  const program = startProgram(
    [process.execPath, join(import.meta.dirname, "run-nginx.mjs"), nginx, settings],
    {
      env: environment,
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    },
  );
  const errors = join(directory, "error.log");
  // nginx writes its number when it listens.
  const isReady = () => existsSync(join(directory, "nginx.pid"));
  const deadline = Date.now() + patience;
  while (!isReady() && !program.hasEnded() && Date.now() < deadline)
    await Promise.race([program.ended, pause(20)]);
  if (!isReady()) {
    await stopProgram(program);
    throw new PlainError("nginx did not start.", {
      detail: existsSync(errors) ? readFileSync(errors, "utf8") : `${nginx} wrote no log.`,
    });
  }
  return {
    authorityFile,
    environment: {
      ...Object.fromEntries(
        apps.map(({ app, name }) => [`${app.toUpperCase()}_URL`, `https://${name}:${port}`]),
      ),
      NODE_EXTRA_CA_CERTS: authorityFile,
      LOOPBACK_DOMAINS: apps.map(({ domain }) => domain).join(","),
      TRUSTED_KEYS: fingerprintOf(authority),
      HTTPS_PORT: String(port),
    },
    stop: () => stopProgram(program),
  };
}

/** A certificate authority of one run, PEM. Its key is never written to a file. */
export async function makeAuthority() {
  const subject = { countryCode: "XX", state: "test", locality: "test" };
  const ca = await createCA({ organization: "Gatehouse test authority", ...subject, validity: 1 });
  return {
    authority: ca.cert,
    /** For a domain and every name right below it. */
    issue: async (domain: string): Promise<{ readonly chain: string; readonly key: string }> => {
      const { cert, key } = await createCert({ ca, domains: [domain, `*.${domain}`], validity: 1 });
      return { chain: `${cert}\n${ca.cert}`, key };
    },
  };
}

/** @returns hash of the certificate's public key, as Chromium's `--ignore-certificate-errors-spki-list` takes it */
export function fingerprintOf(certificate: string): string {
  const key = new X509Certificate(certificate).publicKey.export({ type: "spki", format: "der" });
  return createHash("sha256").update(key).digest("base64");
}
