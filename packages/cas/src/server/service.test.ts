import { describe, expect, test } from "vitest";
import { CasError } from "./cas-error.ts";
import { parseService } from "./service.ts";

function refusalOf(value: string): CasError {
  try {
    parseService(value);
  } catch (error) {
    if (error instanceof CasError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(value)} was taken`);
}

describe("2.1.1 service: the address that a browser would request", () => {
  test.each([
    ["https://shop.example", "https://shop.example/"],
    ["HTTPS://Shop.EXAMPLE/A?B=c", "https://shop.example/A?B=c"],
    ["https://shop.example:443/", "https://shop.example/"],
    ["http://shop.localhost:3001/cb", "http://shop.localhost:3001/cb"],
    ["https://shop.example/a/../b/./c", "https://shop.example/b/c"],
    ["https://shop.example/a/%2e%2e/b", "https://shop.example/b"],
    ["https://bücher.example/", "https://xn--bcher-kva.example/"],
    ["http://0x7f.1/", "http://127.0.0.1/"],
    ["http://[::1]:3001/", "http://[::1]:3001/"],
    ["https://shop.example/ü", "https://shop.example/%C3%BC"],
    ["https://shop.example/a b", "https://shop.example/a%20b"],
    ["https://shop.example/a ", "https://shop.example/a%20"],
    ["https://shop.example/?a=b c ", "https://shop.example/?a=b%20c%20"],
    ["https://shop.example/a\u00a0b\u2028", "https://shop.example/a%C2%A0b%E2%80%A8"],
    ["https://shop.example/100%", "https://shop.example/100%25"],
    ["https://shop.example/100% sure?a=%zz&b=%e9", "https://shop.example/100%25%20sure?a=%25zz&b=%e9"],
    ["https://shop.example/?file=C:\\a", "https://shop.example/?file=C:%5Ca"],
    ["https://shop.example/a;jsessionid=1F?b", "https://shop.example/a;jsessionid=1F?b"],
  ])("%s is %s", (value, url) => {
    expect(parseService(value).url).toBe(url);
  });

  test("origin and host are those of the URL", () => {
    expect(parseService("http://Shop.localhost:3001/cb?x=1")).toEqual({
      url: "http://shop.localhost:3001/cb?x=1",
      normalForm: "http://shop.localhost:3001/cb?x=1",
      origin: "http://shop.localhost:3001",
      host: "shop.localhost:3001",
    });
  });

  test("a fragment is dropped: the ticket would become part of it", () => {
    expect(parseService("https://shop.example/cb?a=b#/cart").url).toBe("https://shop.example/cb?a=b");
    expect(parseService("https://shop.example/#").url).toBe("https://shop.example/");
  });

  test.each([
    "https://shop.example",
    "https://shop.example/a b".replace(" ", "%20"),
    "https://bücher.example/ü?ü=ü#ü",
    "http://shop.example:80/?",
    "https://shop.example/cb?returnTo=%2Fa%3Fticket%3D1&x=a+b",
  ])("the result for %s parses to itself", (value) => {
    const { url } = parseService(value);
    expect(parseService(url).url).toBe(url);
  });
});

describe("2.1.1 service: refuses", () => {
  test.each([
    ["nothing", ""],
    ["a path", "/cb"],
    ["a host", "shop.example/cb"],
    ["no scheme", "//evil.example/"],
    ["javascript", "javascript:alert(1)//https://shop.example"],
    ["data", "data:text/html,hello"],
    ["another scheme", "ftp://shop.example/"],
    ["one slash", "https:/shop.example/"],
    ["no slash", "https:shop.example/"],
    ["three slashes", "https:///shop.example/"],
    ["no host", "https://"],
    ["a user", "https://shop.example@evil.example/"],
    ["a user and a password", "https://shop.example:443@evil.example/"],
    ["empty user info", "https://@evil.example/"],
    ["empty user and password", "https://:@evil.example/"],
    ["a backslash for a slash", "https://shop.example\\@evil.example/"],
    ["backslashes at the start", "https:\\\\evil.example/"],
    ["a backslash in the path", "https://shop.example/a\\b"],
    ["a space before", " https://shop.example/"],
    ["a tab in the scheme, which browsers drop", "ht\ttps://evil.example/"],
    ["a line feed", "https://shop.example/\nLocation: https://evil.example/"],
    ["a carriage return", "https://shop.example/\r"],
    ["zero", "https://shop.example/\0"],
    ["a no-break space in the host", "https://shop\u00a0.example/"],
    ["an invisible character in the host", "https://shop\ufeff.example/"],
    ["a space after the host", "https://shop.example /"],
    ["a bad port", "https://shop.example:99999/"],
    ["a bad host", "https://shop example/"],
    ["a percent sign in the host", "https://shop%2eexample%00/"],
    ["a ticket already", "https://shop.example/?ticket=ST-1"],
    ["a ticket already, encoded", "https://shop.example/?%74icket=ST-1"],
  ])("%s", (_, value) => {
    expect(refusalOf(value).code).toBe("INVALID_SERVICE");
  });

  test("more than 2048 characters, before or after normalisation", () => {
    const service = (length: number): string => `https://shop.example/?${"a".repeat(length - 22)}`;
    expect(parseService(service(2048)).url).toHaveLength(2048);
    expect(refusalOf(service(2049)).description).toBe("The service address is longer than 2048 characters.");
    expect(refusalOf(`https://shop.example/${"a/../".repeat(500)}`).code).toBe("INVALID_SERVICE");
    expect(refusalOf(`https://shop.example/${"ü".repeat(400)}`).code).toBe("INVALID_SERVICE");
  });

  test("the error names the rule and repeats no input", () => {
    const { description } = refusalOf("https://alice:<script>@evil.example/");
    expect(description).toBe("The service address holds a username or password.");
  });

  test("accepts @ outside of user info, and parameters whose names end in ticket", () => {
    expect(parseService("https://shop.example/@alice?mail=a@b").host).toBe("shop.example");
    expect(parseService("https://shop.example/?myticket=1&Ticket=2").host).toBe("shop.example");
  });
});
