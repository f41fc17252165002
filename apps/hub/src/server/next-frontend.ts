/** The frontend in development: Next draws the screens, and reloads them when a component changes. */

import type { Server } from "node:http";
import { withScreen } from "../screen/screen.ts";
import type { Frontend } from "./frontend.ts";

/**
 * @param place `directory`: folder in which Next finds `app`; `port`: of the hub
 * @returns `reload` connects Next's reload channel to the server
 */
export async function openNextFrontend(place: {
  readonly directory: string;
  readonly port: number;
}): Promise<Frontend & { reload(server: Server): void }> {
  // Not loaded in production.
  const { default: next } = await import("next");
  const app = next({ dev: true, dir: place.directory, hostname: "127.0.0.1", port: place.port });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    // For the styles that scripts replace when a component changes.
    styleSources: ["'self'", "'unsafe-inline'"],
    // Pages stream for as long as the reload channel wants, so nothing can wait for their end or replace them.
    async draw(request, response, screen, { status, headers }) {
      request.method = "GET";
      request.url = "/";
      delete request.headers["accept-encoding"];
      const writeHead = response.writeHead.bind(response);
      response.writeHead = ((_: number, ...more: never[]) =>
        writeHead(status, ...more)) as typeof response.writeHead;
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      await withScreen(screen, () => handle(request, response));
    },
    async serveFile(request, response) {
      await handle(request, response);
      return true;
    },
    reload(server) {
      server.on("upgrade", (request, socket, head) => app.getUpgradeHandler()(request, socket, head));
    },
  };
}
