import { expect, it } from "vitest";
import { readEnvironment } from "./env.ts";

it("reads a folder for the ledger", () => {
  const read = (source: Record<string, string>) => readEnvironment(source as never);
  expect(read({ DATA_DIR: "/data" })).toEqual({ ledgerFile: "/data/bank.sqlite" });
  expect(read({}).ledgerFile).toMatch(/\/\.data\/bank\.sqlite$/);
});
