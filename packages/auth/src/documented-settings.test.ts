/** The README of this package names every setting and option; docs/reference.md copies its table of variables. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ApiOptions } from "./api/api-options.ts";
import type { GatehouseOptions } from "./settings/gatehouse-options.ts";
import { readSettings } from "./settings/settings.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

/** Names in the first column of the table below a line. */
function firstColumn(document: string, line: string): readonly string[] {
  const [, rest = ""] = document.split(`${line}\n\n`);
  const [rows = ""] = rest.split("\n\n");
  return [...rows.matchAll(/^\| `(\w+)` /gm)].map(([, name = ""]) => name);
}

test("the README lists exactly the variables that a site reads", () => {
  const read = new Set<string>();
  const environment = {
    HUB_URL: "https://hub.example",
    SITE_URL: "https://a.example",
    SITE_SECRET: "s".repeat(32),
  };
  readSettings(
    "shop",
    new Proxy(environment, {
      get(target, name) {
        read.add(String(name));
        return Reflect.get(target, name);
      },
    }),
  );
  // Variables of next-auth that the package refuses.
  for (const refused of ["AUTH_URL", "NEXTAUTH_URL"]) expect(read.delete(refused)).toBe(true);
  expect(firstColumn(readme, "Variables:").toSorted()).toEqual([...read].toSorted());
});

test("the README lists exactly the options of gatehouse()", () => {
  const options: Record<keyof GatehouseOptions, true> = {
    site: true,
    protocol: true,
    contentSecurityPolicy: true,
    logger: true,
  };
  expect(firstColumn(readme, "Options of `gatehouse({ … })`:")).toEqual(Object.keys(options));
});

test("the guide lists exactly the options of protectApi()", () => {
  const options: Record<keyof ApiOptions<string>, true> = {
    site: true,
    realm: true,
    path: true,
    scopes: true,
    appPasswords: true,
    cacheSeconds: true,
    origins: true,
    logger: true,
  };
  const guide = readFileSync(join(import.meta.dirname, "../../../docs/guides/protect-an-api.md"), "utf8");
  expect(firstColumn(guide, "Options of `protectApi({ … })`:")).toEqual(Object.keys(options));
});
