import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { hubOrigin } from "../apps.mjs";
import { isLoopback, readSettings, withoutSettings } from "./settings.mjs";

const none = join(tmpdir(), "gatehouse-there-is-no-such-file");
const secret = "s".repeat(32);
const read = (given: Record<string, string>, file = none) => readSettings(given, { dev: false, file });

const directory = mkdtempSync(join(tmpdir(), "gatehouse-settings-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

function fileWith(text: string): string {
  const file = join(directory, ".env");
  writeFileSync(file, text);
  return file;
}

describe("places", () => {
  test("without settings they are three names on loopback", () => {
    const { hub, shop, bank, mode, dataDirectory } = read({});
    expect(hub).toEqual({ port: 3000, url: "http://hub.localhost:3000" });
    expect(shop).toEqual({ port: 3001, url: "http://shop.localhost:3001" });
    expect(bank).toEqual({ port: 3002, url: "http://bank.localhost:3002" });
    expect(mode).toBe("demo");
    expect(dataDirectory).toMatch(/\/\.data$/);
  });

  test("an address follows its port", () => {
    expect(read({ SHOP_PORT: "4001" }).shop.url).toBe("http://shop.localhost:4001");
  });

  test("an address of its own keeps its port apart", () => {
    const { hub } = read({ HUB_URL: "https://login.example.com", HUB_PORT: "8080", HUB_SECRETS: secret });
    expect(hub).toEqual({ port: 8080, url: "https://login.example.com" });
  });

  test.each(["0", "65536", "80a", "-1", "1e3", " 80"])("HUB_PORT=%j is refused by name", (text) => {
    expect(() => read({ HUB_PORT: text })).toThrow(/^HUB_PORT should be a whole number/);
  });

  test.each([
    "shop.localhost",
    "ftp://shop.localhost",
    "http://shop.localhost/path",
    "http://a:b@shop.localhost",
  ])("SHOP_URL=%j is refused by name", (text) => {
    expect(() => read({ SHOP_URL: text })).toThrow(/^SHOP_URL should be an origin/);
  });

  test("two apps on one port are refused with both names", () => {
    expect(() => read({ BANK_PORT: "3001" })).toThrow("SHOP_PORT and BANK_PORT are both 3001.");
  });
});

describe("bind address", () => {
  test.each([
    [{}, "127.0.0.1", "http://127.0.0.1:3000"],
    [{ BIND_ADDRESS: "" }, "127.0.0.1", "http://127.0.0.1:3000"],
    [{ BIND_ADDRESS: "10.0.0.5" }, "10.0.0.5", "http://10.0.0.5:3000"],
    [{ BIND_ADDRESS: "0.0.0.0" }, "0.0.0.0", "http://127.0.0.1:3000"],
    [{ BIND_ADDRESS: "::" }, "::", "http://[::1]:3000"],
    [{ BIND_ADDRESS: "2001:db8::5" }, "2001:db8::5", "http://[2001:db8::5]:3000"],
  ])("%j: the hub listens on %s and is asked at %s whether it is ready", (given, address, origin) => {
    const settings = read(Object.fromEntries(Object.entries(given)));
    expect(settings.bindAddress).toBe(address);
    expect(hubOrigin(settings)).toBe(origin);
  });

  test.each(["localhost", "*", "10.0.0.0/8"])("%s is refused by name", (BIND_ADDRESS) => {
    expect(() => read({ BIND_ADDRESS })).toThrow(/^BIND_ADDRESS should be an IP address of this machine/);
  });
});

describe("mode", () => {
  test.each([
    { NODE_ENV: "production" },
    { HUB_URL: "https://login.example.com" },
    { HUB_MODE: "production" },
  ])("%j needs HUB_SECRETS and makes no demo people", (given) => {
    const settings = Object.fromEntries(Object.entries(given));
    expect(() => read(settings)).toThrow(/^HUB_SECRETS is missing/);
    expect(read({ ...settings, HUB_SECRETS: secret }).mode).toBe("production");
  });

  test("test has to be asked for", () => {
    expect(read({ HUB_MODE: "test" }).mode).toBe("test");
  });

  test("anything else is refused", () => {
    expect(() => read({ HUB_MODE: "staging" })).toThrow(/^HUB_MODE should be one of/);
  });

  test.each(["hub.localhost", "localhost", "127.0.0.1", "127.1.2.3", "[::1]"])(
    "%s is this machine",
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  test.each([
    "login.example.com",
    "localhost.example.com",
    "notlocalhost",
    "127.0.0.1.example.com",
    "10.0.0.1",
  ])("%s is not", (host) => {
    expect(isLoopback(host)).toBe(false);
  });
});

describe(".env", () => {
  test("gives what the environment does not", () => {
    const file = fileWith('# ports\nHUB_PORT=4000\nexport SHOP_PORT="4001" # why\nBANK_PORT=4002\n');
    const { hub, shop, bank } = read({ BANK_PORT: "5002" }, file);
    expect([hub.port, shop.port, bank.port]).toEqual([4000, 4001, 5002]);
  });

  test("is nothing to what tests start: a developer's database stays out of it", () => {
    const file = fileWith("DATABASE_URL=postgresql://precious\nHUB_PORT=4000\n");
    const { environment, hub } = read({ HUB_MODE: "test" }, file);
    expect(environment.DATABASE_URL).toBeUndefined();
    expect(hub.port).toBe(3000);
  });

  test("cannot be a folder", () => {
    expect(() => read({}, tmpdir())).toThrow(/cannot be read/);
  });
});

describe("what tests are started with", () => {
  test("no setting of .env.example is left", () => {
    const names = [
      "NODE_ENV",
      "HUB_PORT",
      "BANK_URL",
      "DATABASE_URL",
      "HUB_SECRETS",
      "TEST_DOOR_KEY",
      "LOG_LEVEL",
    ];
    const set = Object.fromEntries(names.map((name) => [name, "something"]));
    expect(withoutSettings({ ...set, HOME: "/root" })).toEqual({ HOME: "/root" });
  });
});
