import { describe, expect, test } from "vitest";
import { isSet, ParameterError, parseParameters } from "./parameters.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const entries = (query: string | Uint8Array): [string, string][] => [...parseParameters(query)];

function faultOf(query: string | Uint8Array): { code: string; parameter: string | null } {
  try {
    parseParameters(query);
  } catch (error) {
    if (error instanceof ParameterError) return { code: error.code, parameter: error.parameter };
    throw error;
  }
  throw new Error("was read");
}

describe("2.1.1 parameters are parsed", () => {
  test("percent-decoded, with plus as a space", () => {
    expect(entries("service=http%3A%2F%2Fx%2Fy%3Fa%3Db%26c%3Dd&name=a+b%2Bc")).toEqual([
      ["service", "http://x/y?a=b&c=d"],
      ["name", "a b+c"],
    ]);
  });

  test("from a query with or without question mark, and from bytes", () => {
    expect(entries("?renew=true")).toEqual([["renew", "true"]]);
    expect(entries(bytes("renew=true"))).toEqual([["renew", "true"]]);
    expect(entries("")).toEqual([]);
    expect(entries("?")).toEqual([]);
  });

  test("case-sensitively", () => {
    const parameters = parseParameters("Service=a&service=b&SERVICE=c");
    expect(parameters.get("service")).toBe("b");
    expect(parameters.size).toBe(3);
  });

  test("without an equals sign as empty, with several at the first one", () => {
    expect(entries("renew&ticket=a=b=")).toEqual([
      ["renew", ""],
      ["ticket", "a=b="],
    ]);
  });

  test("without empty pairs", () => {
    expect(entries("&&a=1&&b=2&")).toEqual([
      ["a", "1"],
      ["b", "2"],
    ]);
  });

  test("in any script", () => {
    const name = "Ælfgifu Σοφία 王 👑";
    expect(parseParameters(`name=${encodeURIComponent(name)}`).get("name")).toBe(name);
    expect(parseParameters(bytes(`name=${name}`)).get("name")).toBe(name);
  });

  test("with names of Object.prototype like any other", () => {
    expect(parseParameters("__proto__=a&constructor=b").get("__proto__")).toBe("a");
    expect(parseParameters("a=1").get("constructor")).toBeUndefined();
  });

  test("decoded only once", () => {
    expect(parseParameters("service=%252e%252e").get("service")).toBe("%2e%2e");
  });

  test("an unencoded service at the end stops at its first ampersand, as in every form", () => {
    expect(entries("service=http://x/y?a=b&c=d")).toEqual([
      ["service", "http://x/y?a=b"],
      ["c", "d"],
    ]);
  });
});

describe("2.1.1 ambiguous parameters are refused", () => {
  test.each([
    ["the same twice", "service=a&service=b", "parameter_duplicated", "service"],
    ["the same twice, once encoded", "ticket=a&%74icket=b", "parameter_duplicated", "ticket"],
    ["the same value twice", "ticket=a&ticket=a", "parameter_duplicated", "ticket"],
    ["a callback twice", "pgtUrl=a&pgtUrl=a", "parameter_duplicated", "pgtUrl"],
    ["a switch on and off", "renew=true&renew=false", "parameter_duplicated", "renew"],
    ["a switch off and on, once encoded", "gateway=false&%67ateway=", "parameter_duplicated", "gateway"],
    ["another one's switch", "warn=true&warn=true", "parameter_duplicated", "warn"],
    ["Latin-1", "username=%E9", "parameter_not_utf8", "username"],
    ["overlong UTF-8", "service=%C0%AF", "parameter_not_utf8", "service"],
    ["half a surrogate pair", "service=%ED%A0%80", "parameter_not_utf8", "service"],
    ["half a surrogate pair unencoded", "service=\ud800", "parameter_not_utf8", "service"],
    ["a name that is not UTF-8", "%FF=a", "parameter_not_utf8", null],
    ["a percent sign that begins nothing", "service=100%", "parameter_badly_encoded", "service"],
    ["a percent sign and one digit", "service=%4", "parameter_badly_encoded", "service"],
    ["a percent sign and letters", "service=%zz", "parameter_badly_encoded", "service"],
    ["a name with such a percent sign", "a%=1", "parameter_badly_encoded", null],
    ["zero", "username=alice%00", "parameter_control_character", "username"],
    ["a line feed", "username=alice%0Abob", "parameter_control_character", "username"],
    ["a carriage return", "service=http://x/%0D", "parameter_control_character", "service"],
    ["a tab unencoded", "service=http://x/\t", "parameter_control_character", "service"],
    ["DEL", "a=%7F", "parameter_control_character", "a"],
    ["a C1 control", "a=%C2%85", "parameter_control_character", "a"],
    ["a control character in a name", "a%00=1", "parameter_control_character", null],
  ])("%s", (_, query, code, parameter) => {
    expect(faultOf(query)).toEqual({ code, parameter });
  });

  test("bytes that are not UTF-8", () => {
    expect(faultOf(new Uint8Array([0x61, 0x3d, 0xff]))).toEqual({
      code: "parameter_not_utf8",
      parameter: null,
    });
  });
});

describe("2.1.1 a flag repeated with the same meaning counts once", () => {
  test.each([
    ["renew=true&renew=true", [["renew", "true"]]],
    [
      "renew&a=1&renew=TRUE&%72enew=1",
      [
        ["renew", ""],
        ["a", "1"],
      ],
    ],
    ["gateway=false&gateway=False", [["gateway", "false"]]],
    [
      "renew=true&gateway=true&renew=true&gateway=true",
      [
        ["renew", "true"],
        ["gateway", "true"],
      ],
    ],
  ])("%s", (query, expected) => {
    expect(entries(query)).toEqual(expected);
  });
});

describe("2.1.1 parameters have limits", () => {
  test("4096 characters per value", () => {
    expect(parseParameters(`a=${"x".repeat(4096)}`).get("a")).toHaveLength(4096);
    expect(faultOf(`a=${"x".repeat(4097)}`)).toEqual({ code: "parameter_too_long", parameter: "a" });
  });

  test("counted after decoding", () => {
    expect(parseParameters(`a=${"%61".repeat(4096)}`).get("a")).toHaveLength(4096);
  });

  test("128 characters per name, and the error does not repeat it", () => {
    expect(parseParameters(`${"n".repeat(128)}=1`).size).toBe(1);
    expect(faultOf(`${"n".repeat(129)}=1`)).toEqual({ code: "parameter_too_long", parameter: null });
  });

  test("64 parameters", () => {
    const many = (count: number): string =>
      Array.from({ length: count }, (_, index) => `p${index}=`).join("&");
    expect(parseParameters(many(64)).size).toBe(64);
    expect(faultOf(many(65))).toEqual({ code: "parameters_too_many", parameter: null });
  });

  test.each([
    ["parameter_duplicated", /given twice; give it once/],
    ["parameter_contradicted", /not the one in the address/],
    ["parameter_badly_encoded", /encode it as %25/],
    ["parameter_not_utf8", /encode it as UTF-8/],
    ["parameter_control_character", /line break; leave it out/],
    ["parameter_too_long", /too long/],
    ["parameters_too_many", /too many parameters/],
  ] as const)("the message of %s names the error and repeats no input", (code, message) => {
    const error = new ParameterError(code, "<script>");
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain("script");
    expect(error.name).toBe("ParameterError");
  });
});

describe("2.1.1 isSet", () => {
  test.each([
    ["renew=true", true],
    ["renew=TRUE", true],
    ["renew=1", true],
    ["renew=", true],
    ["renew", true],
    ["renew=false", false],
    ["renew=False", false],
    ["Renew=true", false],
    ["", false],
  ])("%s is %s", (query, set) => {
    expect(isSet(parseParameters(query), "renew")).toBe(set);
  });
});

describe("fields that a user types into", () => {
  const typed = ["username"];
  test("may contain any character and have any length", () => {
    const long = "x".repeat(10_000);
    expect(parseParameters("username=a%09b%0A", { typed }).get("username")).toBe("a\tb\n");
    expect(parseParameters(`username=${long}`, { typed }).get("username")).toBe(long);
  });
  test("must be UTF-8 and given once; other fields and all names keep their limits", () => {
    const refusal = (query: string) => () => parseParameters(query, { typed });
    const withCode = (code: string) => expect.objectContaining({ code });
    expect(refusal("username=%ff")).toThrow(withCode("parameter_not_utf8"));
    expect(refusal("username=a&username=b")).toThrow(withCode("parameter_duplicated"));
    expect(refusal("service=a%09")).toThrow(withCode("parameter_control_character"));
    expect(refusal("user%09name=a")).toThrow(withCode("parameter_control_character"));
  });
});
