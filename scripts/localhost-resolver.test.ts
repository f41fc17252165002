import { execFile } from "node:child_process";
import dns, { lookup as namedLookup } from "node:dns";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import "./localhost-resolver.mjs";

const v4 = { address: "127.0.0.1", family: 4 };

describe("*.localhost", () => {
  test.each(["hub.localhost", "Shop.LOCALHOST", "a.b.localhost", "hub.localhost."])(
    "%s is this machine",
    async (name) => {
      expect(await dns.promises.lookup(name)).toEqual(v4);
      expect(await dns.promises.lookup(name, { all: true })).toEqual([v4]);
    },
  );

  test("callbacks get it in every form", async () => {
    const plain = await new Promise((resolve) => dns.lookup("hub.localhost", (...answer) => resolve(answer)));
    const family = await new Promise((resolve) =>
      dns.lookup("hub.localhost", 4, (...answer) => resolve(answer)),
    );
    const all = await new Promise((resolve) =>
      dns.lookup("hub.localhost", { all: true }, (...answer) => resolve(answer)),
    );
    expect(plain).toEqual([null, "127.0.0.1", 4]);
    expect(family).toEqual([null, "127.0.0.1", 4]);
    expect(all).toEqual([null, [v4]]);
  });

  test("a name that was imported before is patched as well", async () => {
    expect(await promisify(namedLookup)("hub.localhost")).toEqual(v4);
  });

  test("fetch arrives", async () => {
    const server = createServer((request, response) => response.end(request.headers.host));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const text = await (await fetch(`http://bank.localhost:${port}/`)).text();
    server.close();
    expect(text).toBe(`bank.localhost:${port}`);
  });

  test.each(["127.0.0.1", "::1"])("%s is left alone", async (name) => {
    expect((await dns.promises.lookup(name)).address).toBe(name);
  });

  test.each(["localhost.invalid", "notlocalhost.invalid"])("%s is asked of the system", async (name) => {
    await expect(dns.promises.lookup(name)).rejects.toThrow();
  });
});

test("LOOPBACK_DOMAINS names more domains that are this machine, and nothing beside them", async () => {
  const preload = new URL("localhost-resolver.mjs", import.meta.url).href;
  const program = `
    const { lookup } = await import("node:dns/promises");
    const names = ["login.gatehouse.test", "Www.Shop.test", "gatehouse.test.invalid", "notgatehouse.test"];
    const found = await Promise.all(names.map((name) => lookup(name).then(({ address }) => address, () => "none")));
    process.stdout.write(found.join());`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--import", preload, "--input-type=module", "--eval", program],
    { env: { ...process.env, LOOPBACK_DOMAINS: "gatehouse.test,shop.test" } },
  );
  expect(stdout).toBe("127.0.0.1,127.0.0.1,none,none");
});
