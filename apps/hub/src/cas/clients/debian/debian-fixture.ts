/** A hub by https and Debian's Apache with sites of clients, each with names of its own, trusted by one authority. */
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createSecureServer, type TLSSocket } from "node:tls";
import { openTestHub, type TestHub, type TestPerson } from "../../../test-hub.ts";
import { freePort } from "../../../test-support/free-port.ts";
import { type Apache, startApache, type VirtualHost } from "./apache.ts";
import { Browser } from "./browser.ts";
import { type Certificates, createCertificates } from "./certificates.ts";

/** Facts from which a site's directives and registration are made. */
export interface SiteEnvironment {
  /** Of the hub, as sites call it. */
  readonly hub: string;
  readonly hubPort: number;
  /** Of the site. */
  readonly origin: string;
  /** Folder of the site's pages. */
  readonly documents: string;
  /** A folder that the server may write to. */
  readonly state: string;
  readonly certificates: Certificates;
}

export interface Site {
  /** Id of the registration, and first label of the host. */
  readonly id: string;
  /** Folder of its pages; left out: named like the site. */
  readonly pages?: string;
  /** Apache modules that the site needs. */
  readonly modules?: readonly string[];
  directives(place: SiteEnvironment): string;
  registration(place: SiteEnvironment): object;
}

export interface DebianFixture {
  readonly opened: TestHub;
  readonly alice: TestPerson;
  /** Origin of a site. */
  originOf(id: string): string;
  newBrowser(): Browser;
  errors(): Promise<string>;
  close(): Promise<void>;
}

/** @param hubHost of the hub; a client that asks the system's resolver does not find `hub.localhost` */
export async function openDebianFixture(
  sites: readonly Site[],
  hubHost: "hub.localhost" | "localhost" = "hub.localhost",
): Promise<DebianFixture> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-debian-"));
  const state = join(directory, "state");
  await mkdir(state);
  // Apache reads the pages as www-data and keeps sessions and tickets.
  await chmod(directory, 0o755);
  await chmod(state, 0o777);
  const pages = join(directory, "pages");
  await cp(join(import.meta.dirname, "pages"), pages, { recursive: true });
  const hosts = sites.map(({ id }) => `${id}.localhost`);
  const certificates = await createCertificates(directory, ["localhost", "hub.localhost", ...hosts]);
  const front = createFront(certificates);
  const hubPort = await front.listen();
  const sitesPort = await freePort();
  const hub = `https://${hubHost}:${hubPort}`;
  const placeOf = (id: string): SiteEnvironment => ({
    hub,
    hubPort,
    documents: join(pages, sites.find((site) => site.id === id)?.pages ?? id),
    origin: `https://${id}.localhost:${sitesPort}`,
    state,
    certificates,
  });
  const opened = await openTestHub({
    environment: { HUB_URL: hub, CA_FILE: certificates.authorityFile },
    sites: () =>
      Object.fromEntries(
        sites.map(({ id, registration }) => {
          const place = placeOf(id);
          const common = { id, name: `The ${id}`, url: `${place.origin}/`, firstParty: true };
          return [id, { ...common, ...registration(place) }];
        }),
      ),
  });
  front.leadTo(opened.port);
  const apache: Apache = await startApache({
    directory,
    port: sitesPort,
    certificates,
    hosts: sites.map(
      ({ id, modules = [], directives }): VirtualHost => ({
        name: `${id}.localhost`,
        documents: placeOf(id).documents,
        modules,
        directives: directives(placeOf(id)),
      }),
    ),
  });
  const authority = await readFile(certificates.authorityFile, "utf8");
  return {
    opened,
    alice: await opened.createPerson({ username: "alice" }),
    originOf: (id) => placeOf(id).origin,
    newBrowser: () => new Browser(opened, authority),
    errors: () => apache.errors(),
    async close() {
      await apache.stop();
      await front.close();
      await opened.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Ends TLS in front of the hub and passes every byte on. */
function createFront({ key, certificate }: Certificates) {
  let hubPort = 0;
  const open = new Set<TLSSocket>();
  const server = createSecureServer({ key, cert: certificate }, (outside) => {
    const inside = connect(hubPort, "127.0.0.1");
    open.add(outside);
    outside.once("close", () => open.delete(outside));
    for (const [one, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      one.on("error", () => other.destroy());
      one.pipe(other);
    }
  });
  // A client that does not trust the certificate shows so by itself.
  server.on("tlsClientError", () => undefined);
  return {
    async listen(): Promise<number> {
      await once(server.listen(0, "127.0.0.1"), "listening");
      return (server.address() as AddressInfo).port;
    },
    leadTo(port: number): void {
      hubPort = port;
    },
    async close(): Promise<void> {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
}
