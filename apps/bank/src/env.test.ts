import { expect, it } from "vitest";
import { readEnvironment } from "./env.ts";

it("reads a folder for the ledger and the idle limit in words", () => {
  const read = (source: Record<string, string>) => readEnvironment(source as never);
  expect(read({ DATA_DIR: "/data" })).toEqual({ ledgerFile: "/data/bank.sqlite", idleLimit: "30 minutes" });
  expect(read({ SESSION_IDLE: "1h" }).idleLimit).toBe("1 hour");
  expect(read({ SESSION_IDLE: "-5" }).idleLimit).toBe("some time");
});
