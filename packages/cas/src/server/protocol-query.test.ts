import { describe, expect, test } from "vitest";
import { ParameterError } from "./parameters.ts";
import { parseProtocolQuery } from "./protocol-query.ts";

const read = (query: string) => Object.fromEntries(parseProtocolQuery(query));

describe("2.1.1 a service that was not encoded", () => {
  test.each([
    ["service=http://x.example/y?a=b&c=d", { service: "http://x.example/y?a=b&c=d" }],
    ["?service=https://x.example/y?a=b&c=d&e", { service: "https://x.example/y?a=b&c=d&e" }],
    ["service=http://x.example/y?a=b%20c&d=%26", { service: "http://x.example/y?a=b%20c&d=%26" }],
    [
      "ticket=ST-1&service=http://x.example/y?a=b&c=d",
      { ticket: "ST-1", service: "http://x.example/y?a=b&c=d" },
    ],
    ["service=http://x.example/y?a=b&ticket=ST-1", { service: "http://x.example/y?a=b", ticket: "ST-1" }],
    [
      "service=http://x.example/y?a=b&c=d&renew=true",
      { service: "http://x.example/y?a=b&c=d", renew: "true" },
    ],
    [
      "pgt=PGT-1&targetService=http://x.example/?a=b&c=d",
      { pgt: "PGT-1", targetService: "http://x.example/?a=b&c=d" },
    ],
  ])("%s", (query, expected) => expect(read(query)).toEqual(expected));

  test("what follows a parameter of the protocol is nobody's but its own", () => {
    expect(read("service=http://x.example/y?a=b&renew=true&c=d")).toEqual({
      service: "http://x.example/y?a=b",
      renew: "true",
      c: "d",
    });
  });
});

describe("2.1.1 a service that was encoded", () => {
  test.each([
    ["service=http%3A%2F%2Fx.example%2F%3Fa%3Db&c=d", { service: "http://x.example/?a=b", c: "d" }],
    ["service=http://x.example/&c=d", { service: "http://x.example/", c: "d" }],
    ["service=http://x.example/?a=b%26c=d", { service: "http://x.example/?a=b&c=d" }],
    ["service=http://x.example/?a=b%2520c", { service: "http://x.example/?a=b%20c" }],
    ["a=http://x.example/?a=b&c=d", { a: "http://x.example/?a=b", c: "d" }],
    ["service=ftp://x.example/?a=b&c=d", { service: "ftp://x.example/?a=b", c: "d" }],
  ])("%s is read like every parameter", (query, expected) => expect(read(query)).toEqual(expected));
});

describe("what cannot be read in one way is refused as ever", () => {
  test.each([
    ["service=http://x.example/?a=b&service=http://y.example/", "parameter_duplicated"],
    ["service=http://x.example/?a=b&c=d&service=http://y.example/?e=f&g=h", "parameter_duplicated"],
    ["service=http://x.example/?a=b&ticket=ST-1&ticket=ST-2", "parameter_duplicated"],
    ["service=http://x.example/?a=b&renew=%zz", "parameter_badly_encoded"],
    [`service=http://x.example/?a=b&c=${"d".repeat(5000)}`, "parameter_too_long"],
    ["service=http://x.example/?a=b&c=\ud800", "parameter_not_utf8"],
  ])("%s", (query, code) => {
    expect(() => read(query)).toThrow(ParameterError);
    expect(() => read(query)).toThrow(expect.objectContaining({ code }));
  });
});
