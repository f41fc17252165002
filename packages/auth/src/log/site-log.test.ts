import { beforeEach, describe, expect, test } from "vitest";
import { findGatehouseAuthError, GatehouseAuthError } from "./gatehouse-auth-error.ts";
import { type LogEntry, newReference, siteLog } from "./site-log.ts";

const start = 1_800_000_000_000;
let now: number;
let shared: object;
let lines: LogEntry[];
beforeEach(() => {
  now = start;
  shared = {};
  lines = [];
});
const logOf = (site = "shop") =>
  siteLog(site, { logger: (entry) => lines.push(entry), now: () => now, shared });
const silent = new GatehouseAuthError("hub_unreachable");

describe("a line of the log", () => {
  test("has level, time, site, code and message", () => {
    logOf().write(silent);
    expect(lines).toEqual([
      {
        level: "error",
        time: "2027-01-15T08:00:00.000Z",
        from: "gatehouse",
        site: "shop",
        code: "hub_unreachable",
        message: silent.message,
      },
    ]);
  });

  test("has the reference and the request's id, if there are any", () => {
    logOf().write(silent, { level: "warn", reference: "ABCD2345", requestId: "request-1" });
    expect(lines[0]).toMatchObject({ level: "warn", reference: "ABCD2345", requestId: "request-1" });
    logOf().write(silent, { reference: "", requestId: undefined });
    expect(Object.keys(lines[1] ?? {})).toEqual(["level", "time", "from", "site", "code", "message"]);
  });

  test.each<[string, unknown, string | undefined]>([
    ["the name of the cause", new TypeError("with ST-1"), "TypeError"],
    ["its code", Object.assign(new Error("with ST-1"), { code: "ECONNREFUSED" }), "Error ECONNREFUSED"],
    [
      "the code of its own cause",
      new TypeError("x", { cause: { code: "ENOTFOUND" } }),
      "TypeError ENOTFOUND",
    ],
    ["no code that is no text", Object.assign(new Error("x"), { code: 7 }), "Error"],
    ["nothing of a cause that is no error", "ST-1", undefined],
  ])("says %s", (_, cause, said) => {
    logOf().write(new GatehouseAuthError("internal", "", { cause }));
    expect(lines[0]?.cause).toBe(said);
    expect(JSON.stringify(lines)).not.toContain("ST-1");
  });
});

describe("a failure that repeats", () => {
  test.each([
    [9_999, 1],
    [10_000, 2],
  ])("is written seldom: %d ms later there are %d lines", (ms, count) => {
    logOf().writeSeldom(silent);
    now += ms;
    // Another bundle of the same process.
    logOf().writeSeldom(silent);
    expect(lines).toHaveLength(count);
  });

  test("of the set-up is written once", () => {
    logOf().writeOnce(silent);
    now += 86_400_000;
    logOf().writeOnce(silent);
    expect(lines).toHaveLength(1);
  });

  test("counts by code and site", () => {
    for (const write of ["writeSeldom", "writeOnce"] as const) {
      shared = {};
      lines = [];
      logOf()[write](silent);
      logOf()[write](new GatehouseAuthError("hub_answer"));
      logOf("bank")[write](silent);
      expect(lines.map(({ site, code }) => `${site} ${code}`)).toEqual([
        ...["shop hub_unreachable", "shop hub_answer", "bank hub_unreachable"],
      ]);
    }
  });
});

test("a reference has eight letters and digits that cannot be confused", () => {
  const references = Array.from({ length: 200 }, newReference);
  for (const reference of references) expect(reference).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
  expect(new Set(references.join("")).size).toBe(32);
});

describe("an error in a chain of causes", () => {
  const nested = (depth: number, by: "cause" | "err"): unknown =>
    depth === 0 ? silent : { [by]: nested(depth - 1, by) };

  test.each([
    [0, "cause", silent],
    [1, "err", silent],
    [6, "cause", silent],
    [6, "err", silent],
    [7, "cause", null],
  ] as const)("%d levels deep by %s", (depth, by, found) => {
    expect(findGatehouseAuthError(nested(depth, by))).toBe(found);
  });

  test.each([null, undefined, "text", new Error("x"), {}])("is not in %j", (error) => {
    expect(findGatehouseAuthError(error)).toBeNull();
  });

  test("has its code as digest, and the detail before the code's sentence", () => {
    const error = new GatehouseAuthError("hub_answer", "It said no.");
    expect([error.code, error.digest]).toEqual(["hub_answer", "hub_answer"]);
    expect(error.message).toBe(`It said no. ${new GatehouseAuthError("hub_answer").message}`);
    expect(error.name).toBe("GatehouseAuthError");
  });
});
