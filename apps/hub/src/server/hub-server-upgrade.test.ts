import { once } from "node:events";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { hubRoutes, hubServer } from "../hub.ts";
import { openTestHub, type TestHub } from "../test-hub.ts";
import { createFrontendStandIn } from "../test-support/frontend-stand-in.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

test("an upgrade request is answered like any other, and its connection is not left open", async () => {
  const server = hubServer(opened.hub, hubRoutes(opened.hub, undefined), createFrontendStandIn().frontend);
  // As Next does in development, when it is asked for the first time.
  server.on("upgrade", () => undefined).listen(0, "127.0.0.1");
  try {
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    socket.write("GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    const [answer] = await once(socket, "data", { signal: AbortSignal.timeout(2_000) });
    expect(String(answer)).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  } finally {
    server.close();
    server.closeAllConnections();
  }
});
