/** Domains of the journeys over https, whose names `<word>-<port>` the proxy sends to that port: `e2e/sites/nginx-front.ts`. */
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
