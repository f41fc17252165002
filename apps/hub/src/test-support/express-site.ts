/** A site of a third party: an express application on a free port, with sessions. */
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import express, { type Express } from "express";
import session from "express-session";

export interface ExpressSite {
  /** Routes may be added while it listens: clients need to know the hub, which needs to know the sites. */
  readonly app: Express;
  readonly origin: string;
  /** The port of the same application by https; none without a certificate. */
  readonly securePort: number | undefined;
  /** Its registration at the hub; every address of it is a service. */
  registration(id: string, cas?: object): object;
  close(): Promise<void>;
}

export async function openExpressSite(certificate?: {
  readonly key: string;
  readonly cert: string;
}): Promise<ExpressSite> {
  const app = express();
  app.use(session({ secret: "of a site in a test", resave: false, saveUninitialized: false }));
  const servers: Server[] = [createServer(app)];
  if (certificate !== undefined) servers.push(createSecureServer(certificate, app));
  for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
  const [port = 0, securePort] = servers.map((server) => (server.address() as AddressInfo).port);
  const origin = `http://127.0.0.1:${port}`;
  return {
    app,
    origin,
    securePort,
    registration: (id, cas = {}) => ({
      id,
      name: `The ${id}`,
      url: `${origin}/`,
      firstParty: false,
      cas: { services: [`${origin}/**`], ...cas },
    }),
    async close() {
      for (const server of servers) {
        const closed = once(server, "close");
        server.close();
        server.closeAllConnections();
        await closed;
      }
    },
  };
}
