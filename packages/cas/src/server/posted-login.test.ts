import { describe, expect, test } from "vitest";
import { ParameterError, parseParameters } from "./parameters.ts";
import { withQuery } from "./posted-login.ts";

const together = (form: string, query: string) =>
  Object.fromEntries(withQuery(parseParameters(form), parseParameters(query)));

const shop = encodeURIComponent("https://shop.example/cb?a=b c");

describe("2.2.1 a login form that is posted to an address with parameters", () => {
  test.each([
    ["username=a", `service=${shop}`, { username: "a", service: "https://shop.example/cb?a=b c" }],
    ["service=", `service=${shop}`, { service: "https://shop.example/cb?a=b c" }],
    [`service=${shop}`, "service=", { service: "https://shop.example/cb?a=b c" }],
    ["", "TARGET=https://shop.example/&method=post", { TARGET: "https://shop.example/", method: "post" }],
    ["method=POST", "method=post&renew=true", { method: "POST", renew: "true" }],
    ["renew=", "renew=1&gateway=false", { renew: "", gateway: "false" }],
    ["a=b", "", { a: "b" }],
  ])("form %s, address %s", (form, query, expected) => {
    expect(together(form, query)).toEqual(expected);
  });

  test("one service in two encodings is accepted", () => {
    expect(together(`service=${shop}`, "service=https://SHOP.example:443/cb?a=b+c")).toEqual({
      service: "https://shop.example/cb?a=b c",
    });
  });

  test("username, password and login ticket in the address are ignored", () => {
    expect(together("", "username=a&password=b&lt=LT-1&warn=true&rememberMe=true")).toEqual({});
    expect(together("username=a&lt=LT-1", "username=b&lt=LT-2")).toEqual({ username: "a", lt: "LT-1" });
  });

  test.each([
    ["service", `service=${shop}`, "service=https://shop.example/other"],
    ["service", "service=no-address", `service=${shop}`],
    ["TARGET", `TARGET=${shop}`, "TARGET=https://bank.example/cb"],
    ["TARGET", `service=${shop}`, "TARGET=https://shop.example/other"],
    ["service", "TARGET=https://shop.example/other", `service=${shop}`],
    ["renew", "renew=false", "renew=true"],
    ["gateway", "gateway=", "gateway=false"],
    ["method", "method=GET", "method=HEADER"],
  ])("a %s that differs between form and address is refused", (parameter, form, query) => {
    expect(() => together(form, query)).toThrow(ParameterError);
    expect(() => together(form, query)).toThrow(
      expect.objectContaining({ code: "parameter_contradicted", parameter }),
    );
  });
});
