import { describe, expect, test } from "vitest";
import { ParameterError } from "./parameters.ts";
import { parseFormatAlone, parseProtocolQuery } from "./protocol-query.ts";
import { parseService } from "./service.ts";

const read = (query: string) => Object.fromEntries(parseProtocolQuery(query));

describe("2.1.1 an unencoded service", () => {
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

  test("a percent-encoded name is the same name", () => {
    expect(read("%73ervice=http://x.example/?a=b&c=d&%74icket=ST-1")).toEqual({
      service: "http://x.example/?a=b&c=d",
      ticket: "ST-1",
    });
  });

  test("each of two ends at the next", () => {
    expect(read("pgt=P&service=http://x.example/?a=b&c=d&targetService=HTTPS://y.example/?e=f&g=h")).toEqual({
      pgt: "P",
      service: "http://x.example/?a=b&c=d",
      targetService: "HTTPS://y.example/?e=f&g=h",
    });
  });

  test("may contain a parameter of its own twice or badly encoded, which is up to the site", () => {
    const service = "http://x.example/?id=1&id=2&a=%zz";
    expect(read(`service=${service}&renew=true`)).toEqual({ service, renew: "true" });
  });

  test.each(["a=b&c=d", "a=b%20c&d=e+f&g", "a&b&c=http://y.example/?h=i"])(
    "is the same service at login, at validation in any order, and when encoded: %s",
    (query) => {
      const service = `http://x.example/y?${query}`;
      const readings = [
        `service=${service}`,
        `service=${service}&renew=true`,
        `service=${service}&ticket=ST-1`,
        `ticket=ST-1&service=${service}&format=JSON`,
        `ticket=ST-1&service=${encodeURIComponent(service)}`,
      ].map((raw) => parseService(read(raw).service ?? "").url);
      expect(new Set(readings)).toEqual(new Set([service]));
    },
  );

  test("ends at a ticket parameter", () => {
    expect(read("service=http://x.example/?a=b&ticket=ST-1&c=d")).toMatchObject({ ticket: "ST-1" });
    expect(() => parseService(read("service=http://x.example/?ticket=ST-1&a=b").service ?? "")).toThrow(
      /already holds a parameter named ticket/,
    );
  });

  test("does not continue after a parameter of the protocol", () => {
    expect(read("service=http://x.example/y?a=b&renew=true&c=d")).toEqual({
      service: "http://x.example/y?a=b",
      renew: "true",
      c: "d",
    });
  });
});

describe("2.1.1 an unencoded address without a second parameter", () => {
  test.each([
    ["service=https://x.example/a+b?c=d+e", { service: "https://x.example/a+b?c=d+e" }],
    ["service=https://x.example/?q=c%2B%2b", { service: "https://x.example/?q=c%2B%2B" }],
    ["TARGET=https://x.example/?discount=10%", { TARGET: "https://x.example/?discount=10%" }],
    ["service=https://x.example/?q=%e9%20a", { service: "https://x.example/?q=%e9%20a" }],
    ["service=https://x.example/?note=a%0Ab", { service: "https://x.example/?note=a%0Ab" }],
    ["targetService=HTTP://x.example/a+b&pgt=PGT-1", { targetService: "HTTP://x.example/a+b", pgt: "PGT-1" }],
    [
      "pgtUrl=https://x.example/cb?a=b&c=d&service=https%3A%2F%2Fx.example%2F",
      { pgtUrl: "https://x.example/cb?a=b&c=d", service: "https://x.example/" },
    ],
  ])("keeps what no form encoder would have written: %s", (query, expected) =>
    expect(read(query)).toEqual(expected),
  );

  test("may have only its ampersands encoded, as AuthCAS does", () => {
    expect(read("service=https://x.example/?a=10%%26b=c+d%20e%26f&gateway=1")).toEqual({
      service: "https://x.example/?a=10%&b=c+d e&f",
      gateway: "1",
    });
  });

  test("any other parameter: plus is a space, and invalid percent-encoding is refused", () => {
    expect(read("a=https://x.example/a+b")).toEqual({ a: "https://x.example/a b" });
    expect(() => read("a=https://x.example/100%")).toThrow(ParameterError);
  });

  test("is parsed in a form as in a query", () => {
    const form = "service=http://x.example/y?a=b&c=d+e&renew=true";
    expect(Object.fromEntries(parseProtocolQuery(new TextEncoder().encode(form)))).toEqual({
      service: "http://x.example/y?a=b&c=d+e",
      renew: "true",
    });
    expect(() => parseProtocolQuery(new Uint8Array([0x61, 0x3d, 0xff]))).toThrow(
      expect.objectContaining({ code: "parameter_not_utf8" }),
    );
  });
});

describe("2.1.1 every parameter of the protocol ends an unencoded service", () => {
  test.each([
    ...["targetService", "TARGET", "ticket", "renew", "gateway", "method", "format", "pgtUrl", "pgt", "warn"],
    ...["rememberMe", "lt", "username", "password", "reason", "return"],
  ])("%s", (name) => {
    expect(read(`service=http://x.example/?a=b&c=d&${name}=1&e=f`)).toEqual({
      service: "http://x.example/?a=b&c=d",
      [name]: "1",
      e: "f",
    });
  });
});

describe("2.1.1 an encoded service", () => {
  test.each([
    ["service=http%3A%2F%2Fx.example%2F%3Fa%3Db&c=d", { service: "http://x.example/?a=b", c: "d" }],
    ["service=http://x.example/&c=d", { service: "http://x.example/", c: "d" }],
    ["service=http://x.example/?a=b%26c=d", { service: "http://x.example/?a=b&c=d" }],
    ["service=http://x.example/?a=b%2520c", { service: "http://x.example/?a=b%20c" }],
    ["a=http://x.example/?a=b&c=d", { a: "http://x.example/?a=b", c: "d" }],
    ["Service=http://x.example/?a=b&c=d", { Service: "http://x.example/?a=b", c: "d" }],
    ["service=http://x.example/%3Fa=b&c=d", { service: "http://x.example/?a=b", c: "d" }],
    ["service=//x.example/?a=b&c=d", { service: "//x.example/?a=b", c: "d" }],
    ["service=ftp://x.example/?a=b&c=d", { service: "ftp://x.example/?a=b", c: "d" }],
    ["service=x+http://x.example/?a=b&c=d", { service: "x http://x.example/?a=b", c: "d" }],
    ["service=x+http://x.example/", { service: "x http://x.example/" }],
  ])("%s is parsed like every parameter", (query, expected) => expect(read(query)).toEqual(expected));
});

describe("is refused if ambiguous", () => {
  test.each([
    ["service=http://x.example/?a=b&service=http://y.example/", "parameter_duplicated"],
    ["service=http://x.example/?a=b&c=d&service=http://y.example/?e=f&g=h", "parameter_duplicated"],
    ["service=http://x.example/?a=b&%73ervice=http://y.example/", "parameter_duplicated"],
    ["service=http://x.example/?a=\u0001&c=d", "parameter_control_character"],
    ["service=http://x.example/?a=b&ticket=ST-1&ticket=ST-2", "parameter_duplicated"],
    ["service=http://x.example/?a=b&renew=%zz", "parameter_badly_encoded"],
    [`service=http://x.example/?a=b&c=${"d".repeat(5000)}`, "parameter_too_long"],
    ["service=http://x.example/?a=b&c=\ud800", "parameter_not_utf8"],
  ])("%s", (query, code) => {
    expect(() => read(query)).toThrow(ParameterError);
    expect(() => read(query)).toThrow(expect.objectContaining({ code }));
  });
});

describe("2.5.1 the format of a malformed query", () => {
  const format = (query: string) => Object.fromEntries(parseFormatAlone(query));

  test.each([
    "service=a&service=b&format=JSON",
    "?format=JSON&service=%zz",
    "ticket=%ff&%66ormat=%4ASON",
    `format=JSON&service=${"x".repeat(5000)}`,
    "format=JSON&renew=\u0001",
  ])("is found nevertheless: %s", (query) => {
    expect(() => parseProtocolQuery(query)).toThrow(ParameterError);
    expect(format(query)).toEqual({ format: "JSON" });
  });

  test.each([
    ["given twice", "format=JSON&format=XML"],
    ["given twice alike, once encoded", "format=JSON&%66ormat=JSON"],
    ["badly encoded", "format=%zz"],
    ["no UTF-8", "format=%ff"],
    ["in other letters", "Format=JSON"],
    ["part of a value", "service=format=JSON&service=b"],
    ["behind a question mark of its own", "service=a&?format=JSON"],
    ["not there", "service=a&service=b"],
    ["nothing", ""],
  ])("counts as absent: %s", (_, query) => {
    expect(format(query)).toEqual({});
  });

  test("is the only parameter that is used", () => {
    expect(format("ticket=ST-1&format=JSON&pgtUrl=x&service=a&service=b")).toEqual({ format: "JSON" });
  });
});
