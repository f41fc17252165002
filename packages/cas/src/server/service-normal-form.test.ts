import { describe, expect, test } from "vitest";
import { CasError } from "./cas-error.ts";
import { parseProtocolQuery } from "./protocol-query.ts";
import { parseService } from "./service.ts";
import { matchesService, parseServicePattern } from "./service-pattern.ts";
import { parseValidationRequest } from "./validation.ts";

const normal = (value: string): string => parseService(value).normalForm;

describe("2.5.1 addresses that are equal as services", () => {
  test.each([
    ["a lone question mark", "https://x.example/a?", "https://x.example/a"],
    ["a session id", "https://x.example/a;jsessionid=1F.node1!9", "https://x.example/a"],
    ["a session id in capitals", "https://x.example/a;JSESSIONID=1F?b=c", "https://x.example/a?b=c"],
    ["a session id within the path", "https://x.example/a;jsessionid=1F/b;v=1", "https://x.example/a/b;v=1"],
    [
      "a session id beside another parameter",
      "https://x.example/a;v=1;jsessionid=1",
      "https://x.example/a;v=1",
    ],
    ["a session id of the front page", "https://x.example/;jsessionid=1F", "https://x.example"],
    ["a space", "https://x.example/a b?c=d e", "https://x.example/a%20b?c=d%20e"],
    ["a space as of a form", "https://x.example/?c=d+e", "https://x.example/?c=d%20e"],
    ["another script", "https://x.example/ü?q=ü", "https://x.example/%c3%BC?q=%C3%bc"],
    [
      "what no address may hold",
      'https://x.example/a|b^"{c}?d[]=`<>|^',
      "https://x.example/a%7Cb%5E%22%7Bc%7D?d%5b%5d=%60%3C%3E%7C%5E",
    ],
    [
      "what has no meaning in a query",
      "https://x.example/?a=/b:c?d@e=f'(!)*",
      "https://x.example/?%61=%2fb%3ac%3Fd%40e%3df%27%28%21%29%2A",
    ],
    ["a percent sign that begins no code", "https://x.example/10%?a=5%", "https://x.example/10%25?a=5%25"],
    ["a backslash in the query", "https://x.example/?a=\\", "https://x.example/?a=%5C"],
    ["the scheme's port, a host in capitals, a fragment", "HTTPS://X.example:443/a#b", "https://x.example/a"],
  ])("%s", (_, one, other) => {
    expect(normal(one)).toBe(normal(other));
  });

  test.each([
    "https://x.example/a;jsessionid=1/b c?d=e+f%20%c3%bc&g[]='|\\%",
    "https://x.example/a?",
    "https://x.example/..;jsessionid=1/a",
  ])("the normal form of %s is its own normal form", (value) => {
    expect(normal(normal(value))).toBe(normal(value));
  });
});

/** Each is a different resource. */
const different = [
  "https://x.example/",
  "http://x.example/",
  "https://x.example:8443/",
  "https://x.example./",
  "https://www.x.example/",
  "https://x.example//",
  "https://x.example/a",
  "https://x.example/A",
  "https://x.example/a/",
  "https://x.example/a%2F",
  "https://x.example/a%252F",
  "https://x.example/%61",
  "https://x.example/%2561",
  "https://x.example/a+b",
  "https://x.example/a%20b",
  "https://x.example/a%2520b",
  "https://x.example/a%2Bb",
  "https://x.example/a;v=1",
  "https://x.example/a;xjsessionid=1",
  "https://x.example/a;jsessionidx=1",
  "https://x.example/a%3Bjsessionid=1",
  "https://x.example/a;jsessionid=%2F..%2Fb",
  "https://x.example/a;jsessionid=1%5C..%5Cb",
  "https://x.example/a;jsessionid=%00",
  "https://x.example/..;jsessionid=1/a",
  "https://x.example/%2e%2e;jsessionid=1/a",
  "https://x.example/.;jsessionid=1",
  "https://x.example/a?;jsessionid=1",
  "https://x.example/a%3F",
  "https://x.example/a??",
  "https://x.example/a?b",
  "https://x.example/a?b=",
  "https://x.example/a?b=c",
  "https://x.example/a?B=c",
  "https://x.example/a?b=c&d=e",
  "https://x.example/a?d=e&b=c",
  "https://x.example/a?b=c%26d=e",
  "https://x.example/a?b=c%2526d=e",
  "https://x.example/a?b=c&b=c",
  "https://x.example/a?b%3Dc=d",
  "https://x.example/a?b=c=d",
  "https://x.example/a?b=c%2Bd",
  "https://x.example/a?b=c+d",
  "https://x.example/a?b=c%23d",
  "https://x.example/a?b=%41",
  "https://x.example/a?b=%2541",
  "https://x.example/a?b=%C3%BC",
  "https://x.example/a?b=%FC",
];

describe("2.5.1 addresses that are different services", () => {
  test("all have different normal forms", () => {
    expect(new Set(different.map(normal)).size).toBe(different.length);
  });

  test("a value that is not a service address equals none", () => {
    for (const value of [
      "https://x.example\\@evil.example/",
      "https://a@x.example/",
      " https://x.example/",
    ]) {
      expect(() => parseService(value)).toThrow(CasError);
      const asked = parseValidationRequest(
        new Map([
          ["service", value],
          ["ticket", `ST-${"a".repeat(29)}`],
        ]),
        "service-tickets",
      );
      expect(() => normal(asked.service)).toThrow(CasError);
    }
  });
});

describe("2.1.1 a registration and an address with a session id", () => {
  const matches = (pattern: string, service: string): boolean =>
    matchesService(parseServicePattern(pattern), parseService(service));

  test("match as without the session id", () => {
    expect(matches("https://x.example/cb", "https://x.example/cb;jsessionid=1?a=b")).toBe(true);
    expect(matches("https://x.example/a/*", "https://x.example/a;JSESSIONID=1/b;jsessionid=1")).toBe(true);
    expect(matches("https://x.example/**", "https://x.example/;jsessionid=1")).toBe(true);
  });

  test("do not match if the session id hides a dot segment or leaves a segment empty", () => {
    expect(matches("https://x.example/a/**", "https://x.example/a/..;jsessionid=1/b")).toBe(false);
    expect(matches("https://x.example/a/**", "https://x.example/a/%2e%2e;jsessionid=1/b")).toBe(false);
    expect(matches("https://x.example/a/*", "https://x.example/a/;jsessionid=1")).toBe(false);
    expect(matches("https://x.example/cb", "https://x.example/cb;v=1")).toBe(false);
  });

  test.each(["%2F..%2Fb", "%2f%2e%2e%2fb", "1%2F..%2F..%2Fb", "%5C..%5Cb", "1%00", "..%3B%2F..%2Fb"])(
    "do not match if the session id contains an encoded path: %s",
    (id) => {
      for (const pattern of ["https://x.example/cb", "https://x.example/*", "https://x.example/**"])
        expect(matches(pattern, `https://x.example/cb;jsessionid=${id}`)).toBe(false);
      expect(matches("https://x.example/cb/d", `https://x.example/cb;jsessionid=${id}/d`)).toBe(false);
    },
  );
});

/** How clients write an address into a query. The last three encode little or nothing. */
const encodings: Readonly<Record<string, (address: string) => string>> = {
  "encodeURIComponent (passport-cas, Ruby, Python)": encodeURIComponent,
  "a form (Java's URLEncoder, PHP's urlencode)": (address) =>
    new URLSearchParams({ a: address }).toString().slice(2),
  "every byte (curl --data-urlencode and stricter)": (address) =>
    [...new TextEncoder().encode(address)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join(""),
  mod_auth_cas: (address) =>
    address.replace(
      /[ +<>"%{}|\\^~[\]`;/?:@=&#]/g,
      (one) => `%${one.charCodeAt(0).toString(16).padStart(2, "0")}`,
    ),
  "a path left alone (Python's quote)": (address) => encodeURIComponent(address).replaceAll("%2F", "/"),
  "ampersands alone (AuthCAS)": (address) => address.replaceAll("&", "%26"),
  "nothing at all": (address) => address,
};

describe("2.1.1 a service is the same in every encoding of a client", () => {
  const services = [
    "https://x.example/",
    "https://x.example/a?",
    "https://x.example/?a=1",
    "https://x.example/?a=1&b=2",
    "https://x.example/?a=b%20c",
    "https://x.example/a%20b?c=d%20e&f=g+h",
    "https://x.example/a+b",
    "https://x.example/?q=a+b",
    "https://x.example/?off=10%25",
    "https://x.example/?off=10%25&a=b",
    "https://x.example/%C3%BC/%E2%82%AC?q=%C3%BC",
    "https://x.example/a;jsessionid=1F.n1?b=c",
    "https://x.example/?to=https://x.example/y",
    "https://x.example/?a[]=1&a[]=2",
    "https://x.example/?%C3%BC&e",
    "https://x.example/?a=%FC",
    "https://x.example/?phone=%2B49&to=%2Fy%3Fz%3D1",
    "https://x.example/?q=c%2B%2B",
    "https://x.example/c%2B%2B?to=https%3A%2F%2Fx.example%2Fy%3Fz%3D1",
  ];

  test.each(Object.entries(encodings))("%s", (_, encode) => {
    const read = services.map((service) => {
      const query = `renew=true&service=${encode(service)}&ticket=ST-1`;
      return normal(parseProtocolQuery(query).get("service") ?? "");
    });
    expect(read).toEqual(services.map(normal));
  });
});
