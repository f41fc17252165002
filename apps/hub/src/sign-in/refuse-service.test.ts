import { CasError, parseService } from "@gatehouse/cas/server";
import { expect, test } from "vitest";
import { HubError } from "../http/hub-error.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { readRequest, refuseService } from "./refuse-service.ts";

test("CAS 2.2.1 a site that is not registered gets no redirect: the page refuses with 403", () => {
  const { log } = createMemoryLog();
  const refusal = refuseService({ log }, { service: parseService("https://evil.example/") });
  expect(refusal).toBeInstanceOf(HubError);
  expect(refusal).toMatchObject({ status: 403, code: "service_unknown", link: undefined, headers: {} });
  expect(refusal.sentences).toHaveLength(2);
  expect(refusal.message).not.toContain("evil");
});

test.each([
  ["https://evil.example/a/b?token=secret#top", "https://evil.example/a/b"],
  [`https://evil.example/${"a".repeat(300)}`, `https://evil.example/${"a".repeat(179)}`],
])(
  "the log names the address to register, of %s without query and at most 200 characters",
  (address, logged) => {
    const { log, lines } = createMemoryLog();
    refuseService({ log }, { service: parseService(address) });
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { level: "warn", event: "service.refused", service: logged, msg: "service not registered" },
    ]);
  },
);

test("a request without an address is logged with none", () => {
  const { log, lines } = createMemoryLog();
  refuseService({ log }, { service: null });
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ service: "" });
});

function refusalOf(cause: Error): unknown {
  try {
    return readRequest(() => {
      throw cause;
    });
  } catch (error) {
    return error;
  }
}

test("an unparsable address is refused the same way, with the reason first", () => {
  expect(readRequest(() => "read")).toBe("read");
  const refusal = refusalOf(new CasError("INVALID_REQUEST", "The service is no address."));
  expect(refusal).toMatchObject({ status: 403, code: "service_unknown" });
  expect((refusal as HubError).sentences).toEqual([
    "The service is no address.",
    expect.any(String),
    expect.any(String),
  ]);
});

test("every other error is passed on", () => {
  const fault = new TypeError("of the hub");
  expect(refusalOf(fault)).toBe(fault);
});
