import { afterEach, expect, test, vi } from "vitest";
import { readSites } from "./env.ts";
import { launchArguments } from "./launch-arguments.ts";

afterEach(() => vi.unstubAllEnvs());

test("without domains and keys there are no arguments", () => {
  vi.stubEnv("LOOPBACK_DOMAINS", undefined);
  vi.stubEnv("TRUSTED_KEYS", "");
  expect(launchArguments()).toEqual([]);
});

test("domains are mapped to this machine, keys are trusted", () => {
  vi.stubEnv("LOOPBACK_DOMAINS", "one.test,two.test");
  vi.stubEnv("TRUSTED_KEYS", "key1=,key2=");
  expect(launchArguments()).toEqual([
    "--host-resolver-rules=MAP *.one.test 127.0.0.1,MAP *.two.test 127.0.0.1",
    "--ignore-certificate-errors-spki-list=key1=,key2=",
  ]);
});

test("a missing address names its variable", () => {
  for (const name of ["HUB_URL", "SHOP_URL", "BANK_URL"]) vi.stubEnv(name, `http://${name}`);
  expect(readSites()).toEqual({ hub: "http://HUB_URL", shop: "http://SHOP_URL", bank: "http://BANK_URL" });
  vi.stubEnv("SHOP_URL", "");
  expect(readSites).toThrow(/^SHOP_URL is not set/);
});
