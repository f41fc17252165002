import { createServer, type Server } from "node:net";
import getPort from "get-port";
import { afterEach, describe, expect, test } from "vitest";
import { expectFreePort } from "./ports.mjs";

let server: Server | undefined;
afterEach(() => server?.close());

async function take(port: number): Promise<void> {
  server = createServer();
  await new Promise<void>((resolve) => server?.listen(port, "127.0.0.1", resolve));
}

describe("ports", () => {
  test("a free one is fine, and stays free", async () => {
    const port = await getPort({ host: "127.0.0.1" });
    await expectFreePort({ variable: "HUB_PORT", port, host: "127.0.0.1" });
    await take(port);
  });

  test("a taken one is named with its setting", async () => {
    const port = await getPort({ host: "127.0.0.1" });
    await take(port);
    const refused = expectFreePort({ variable: "SHOP_PORT", port, host: "127.0.0.1" });
    await expect(refused).rejects.toThrow(
      new RegExp(`^port ${port} is taken.* set SHOP_PORT to another port`),
    );
  });

  test.runIf(process.platform === "linux")("a taken one is named with its process", async () => {
    const port = await getPort({ host: "127.0.0.1" });
    await take(port);
    const refused = expectFreePort({ variable: "BANK_PORT", port, host: undefined });
    await expect(refused).rejects.toThrow(`taken by process ${process.pid} (`);
  });

  test("an address of another machine is named with its setting", async () => {
    // RFC 5737: an address of nobody.
    const refused = expectFreePort({ variable: "HUB_PORT", port: 0, host: "192.0.2.1" });
    await expect(refused).rejects.toThrow(
      /^BIND_ADDRESS is 192\.0\.2\.1, which this machine does not have\./,
    );
  });
});
