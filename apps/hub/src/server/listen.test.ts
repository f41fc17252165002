import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";
import { afterEach, expect, test } from "vitest";
import { StartError } from "../settings/start-errors.ts";
import { listen } from "./listen.ts";

const servers = new Set<ReturnType<typeof createServer>>();
afterEach(() => {
  for (const server of servers) server.close();
  servers.clear();
});

function open() {
  const server = createServer((socket) => socket.end());
  servers.add(server);
  return server;
}

/** @returns what the connection came to at an address of this machine */
async function reach(host: string, port: number): Promise<string> {
  const socket = connect(port, host);
  const [outcome] = await Promise.race([
    once(socket, "connect").then(() => ["reached"]),
    once(socket, "error"),
  ]);
  socket.destroy();
  return typeof outcome === "string" ? outcome : outcome.code;
}

test("the hub listens on its address and on no other", async () => {
  const server = open();
  await listen(server, { port: 0, bindAddress: "127.0.0.1" });
  const { port } = server.address() as AddressInfo;
  expect([await reach("127.0.0.1", port), await reach("127.0.0.2", port)]).toEqual([
    "reached",
    "ECONNREFUSED",
  ]);
});

test("0.0.0.0 is every address of the machine", async () => {
  const server = open();
  await listen(server, { port: 0, bindAddress: "0.0.0.0" });
  const { port } = server.address() as AddressInfo;
  expect([await reach("127.0.0.1", port), await reach("127.0.0.2", port)]).toEqual(["reached", "reached"]);
});

test("a taken port and an address of another machine give one sentence with the setting", async () => {
  const first = open();
  await listen(first, { port: 0, bindAddress: "127.0.0.1" });
  const { port } = first.address() as AddressInfo;
  const taken = listen(open(), { port, bindAddress: "127.0.0.1" });
  await expect(taken).rejects.toThrow(
    `port ${port} is taken. Stop what uses it, or set HUB_PORT to another.`,
  );
  await expect(taken).rejects.toBeInstanceOf(StartError);
  // RFC 5737: an address of nobody.
  const elsewhere = listen(open(), { port: 0, bindAddress: "192.0.2.1" });
  await expect(elsewhere).rejects.toThrow(
    /^BIND_ADDRESS is 192\.0\.2\.1, which this machine does not have\. Set it/,
  );
});
