import { once } from "node:events";
import { createServer } from "node:net";

/** Domains of the journeys over https, whose names `<word>-<port>` the proxy sends to that port: scripts/nginx-front.mjs. */
const domains = {
  hub: "gatehouse.test",
  shop: "corner-shop.test",
  bank: "harbour-bank.test",
  old: "corner-shop.test",
  corner: "corner-shop.test",
  elsewhere: "harbour-bank.test",
  opener: "harbour-bank.test",
};

/** The origin by which browsers and the hub reach a server that a test started on a port. */
export function originOf(app: keyof typeof domains, port: number): string {
  const proxyPort = process.env.HTTPS_PORT;
  return proxyPort === undefined
    ? `http://${app}.localhost:${port}`
    : `https://${app}-${port}.${domains[app]}:${proxyPort}`;
}

/** A free port. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
