import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, expect, test } from "vitest";
import { callServer } from "./call-server.ts";

let server: Server;
let port: number;
beforeEach(async () => {
  server = createServer(async (request, response) => {
    if (request.url === "/never") return;
    const { method, headers } = request;
    response.statusCode = 418;
    response.end(
      JSON.stringify({ method, host: headers.host, mark: headers.mark, body: await text(request) }),
    );
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
  delete process.env.LOOPBACK_DOMAINS;
});

test("sends method, headers and body, to a name that only browsers resolve", async () => {
  const address = `http://shop.localhost:${port}/`;
  const answer = await callServer(address, {
    method: "POST",
    headers: { mark: "1" },
    body: "text",
    timeoutMs: 10_000,
  });
  expect(answer.status).toBe(418);
  expect(JSON.parse(answer.body)).toEqual({
    method: "POST",
    host: `shop.localhost:${port}`,
    mark: "1",
    body: "text",
  });
});

test("LOOPBACK_DOMAINS adds subdomains, without the domains themselves", async () => {
  process.env.LOOPBACK_DOMAINS = "one.test,two.test";
  const call = (host: string) => callServer(`http://${host}:${port}/`, { timeoutMs: 10_000 });
  expect((await call("hub.two.test")).status).toBe(418);
  await expect(call("two.test")).rejects.toMatchObject({ syscall: "getaddrinfo" });
  await expect(call("hub.three.test")).rejects.toMatchObject({ syscall: "getaddrinfo" });
});

test("a server that does not answer in time is an error", async () => {
  const call = callServer(`http://hub.localhost:${port}/never`, { timeoutMs: 50 });
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
});
