/**
 * `node serve.js`: builds the site and serves it on `PORT`, behind a proxy that gives it the origin `ORIGIN`. `AUTH_…` are the
 * settings of Auth.js. It is what an adapter of SvelteKit would be, without static files: the site has no scripts to load.
 */
import { createServer } from "node:http";
import { getRequest, setResponse } from "@sveltejs/kit/node";
import { build } from "vite";

const { PORT, ORIGIN } = process.env;
await build({ logLevel: "error" });
const { Server } = await import("./.svelte-kit/output/server/index.js");
const { manifest } = await import("./.svelte-kit/output/server/manifest.js");
const site = new Server(manifest);
await site.init({ env: process.env });
createServer(async (incoming, outgoing) => {
  const request = await getRequest({ request: incoming, base: ORIGIN });
  const getClientAddress = () => incoming.socket.remoteAddress;
  await setResponse(outgoing, await site.respond(request, { getClientAddress }));
}).listen(PORT, "127.0.0.1");
