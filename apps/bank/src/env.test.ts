import { describe, expect, it } from "vitest";
import { readEnvironment } from "./env.ts";

const read = (source: Record<string, string>) =>
  readEnvironment({ SITE_URL: "https://bank.example/", ...source } as never);

describe("the bank's environment", () => {
  it("has the public origin and the file of the ledger", () => {
    expect(read({ DATA_DIR: "/data" })).toEqual({
      siteOrigin: "https://bank.example",
      ledgerFile: "/data/bank.sqlite",
    });
    expect(read({}).ledgerFile).toMatch(/\/\.data\/bank\.sqlite$/);
  });

  it.each(["", "bank.example", "ftp://bank.example"])("refuses %j as the origin", (siteUrl) => {
    expect(() => read({ SITE_URL: siteUrl })).toThrow("SITE_URL should be");
  });
});
