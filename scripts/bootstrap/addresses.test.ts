import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { rememberAddresses } from "./addresses.mjs";
import { readSettings } from "./settings.mjs";

let dataDirectory: string;
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), "gatehouse-addresses-"));
});
afterEach(() => rmSync(dataDirectory, { recursive: true, force: true }));

const file = join(tmpdir(), "gatehouse-there-is-no-such-file");
const read = (given: Record<string, string>, recall = true) =>
  readSettings({ DATA_DIR: dataDirectory, ...given }, { dev: false, file, recall });

describe("addresses of the last start", () => {
  beforeEach(() => rememberAddresses(read({ HUB_PORT: "4000", SHOP_URL: "http://wares.localhost:3001" })));

  test("count where nothing else is said", () => {
    const { hub, shop, bank } = read({});
    expect(hub).toEqual({ port: 4000, url: "http://hub.localhost:4000" });
    expect(shop).toEqual({ port: 3001, url: "http://wares.localhost:3001" });
    expect(bank).toEqual({ port: 3002, url: "http://bank.localhost:3002" });
  });

  test("are none of the next start's business", () => {
    expect(read({}, false).hub.port).toBe(3000);
  });

  test("give way to a port or an address, each with what follows from it", () => {
    expect(read({ HUB_PORT: "5000" }).hub).toEqual({ port: 5000, url: "http://hub.localhost:5000" });
    expect(read({ HUB_URL: "http://login.localhost" }).hub).toEqual({
      port: 3000,
      url: "http://login.localhost",
    });
  });

  test.each(["", "{", "null", "{}", '{"hub":{"port":"x"}}'])(
    "a file that holds %j counts as none",
    (text) => {
      writeFileSync(join(dataDirectory, "addresses.json"), text);
      expect(read({}).hub.port).toBe(3000);
    },
  );
});
