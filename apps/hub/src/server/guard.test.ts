import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { answerUnreadable } from "./answer-unreadable.ts";
import { guard } from "./guard.ts";

const host = "hub.localhost:3000";
let server: Server;
let port: number;

beforeAll(async () => {
  server = createServer({ maxHeaderSize: 32_768, requireHostHeader: false }, (request, response) => {
    if (!guard(request, response, host)) return;
    const { method, url, headers, headersDistinct, rawHeaders } = request;
    response.end(JSON.stringify({ method, url, headers, headersDistinct, rawHeaders }));
  })
    .on("clientError", answerUnreadable)
    .listen(0, "127.0.0.1");
  await once(server, "listening");
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

/** Sends bytes as they are: an HTTP client would put right what is to be tested. */
async function sendRaw(...lines: string[]): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  const answer = await text(socket);
  const [head = ""] = answer.split("\r\n\r\n");
  // Between the sizes of a chunked body; every body here is an object.
  const body = /\{[\s\S]*\}/.exec(answer.slice(head.length))?.[0] ?? "";
  return { status: Number(head.split(" ")[1] ?? 0), head, body };
}

interface Passed {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly headersDistinct: Readonly<Record<string, readonly string[]>>;
  readonly rawHeaders: readonly string[];
}

async function passed(target: string, ...headers: string[]): Promise<Passed> {
  return passedBy(await sendRaw(`GET ${target} HTTP/1.1`, "Host: x", "Connection: close", ...headers));
}

function passedBy(answer: Awaited<ReturnType<typeof sendRaw>>): Passed {
  expect(answer.status, answer.head).toBe(200);
  return JSON.parse(answer.body);
}

describe("RFC 9112 3.2.2 a target in absolute form", () => {
  test.each([
    ["http://hub.localhost:3000/cas/login?a=b", "/cas/login?a=b"],
    ["https://hub.localhost:3000/cas/login", "/cas/login"],
    ["HTTP://HUB.localhost:3000/", "/"],
    ["http://hub.localhost:3000", "/"],
    ["http://hub.localhost:3000?service=http://a//b", "/?service=http://a//b"],
    ["http://hub.localhost:3000//cas//login", "/cas/login"],
  ])("that names the hub is read like a path, whatever the Host header says: %s", async (target, url) => {
    const { headers, url: read } = await passed(target);
    expect([read, headers.host]).toEqual([url, host]);
  });

  test.each([
    "http://evil.example/cas/login",
    "https://hub.localhost/",
    "http://hub.localhost:3001/",
    "http://hub.localhost.:3000/",
    "http://user@hub.localhost:3000/",
    "http://hub.localhost:3000@evil.example/",
    "http:///cas/login",
    "http://[::1/",
  ])("that names another host is refused with a message: %s", async (target) => {
    const answer = await sendRaw(`GET ${target} HTTP/1.1`, "Host: hub.localhost:3000", "Connection: close");
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      421,
      { error: "misdirected_request", message: expect.stringContaining(host) },
    ]);
    expect(answer.head.toLowerCase()).toContain("cache-control: no-store");
  });

  test.each([
    "*",
    "evil.example:80",
    "cas/login",
    "ftp://hub.localhost:3000/",
    "http://hub.localhost:3000\\@evil.example/",
  ])("any other target that is no path is refused with a message: %s", async (target) => {
    const answer = await sendRaw(`GET ${target} HTTP/1.1`, "Host: x", "Connection: close");
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { error: "bad_request" }]);
  });
});

test("RFC 9110 9.3.7 OPTIONS * names the methods of the server", async () => {
  const answer = await sendRaw("OPTIONS * HTTP/1.1", "Host: x", "Connection: close");
  expect([answer.status, answer.body]).toEqual([204, ""]);
  expect(answer.head.toLowerCase()).toContain("allow: get, head, post, delete, options");
});

describe("RFC 9112 3.2 the Host header", () => {
  const get = (...headers: string[]) => sendRaw("GET / HTTP/1.1", "Connection: close", ...headers);

  test.each([
    ["two", ["Host: hub.localhost:3000", "Host: evil.example"]],
    ["two alike", ["Host: hub.localhost:3000", "HOST: hub.localhost:3000"]],
    ["none", []],
    ["a path", ["Host: hub.localhost:3000/x"]],
    ["a user", ["Host: user@hub.localhost"]],
    ["two names", ["Host: hub.localhost evil.example"]],
    ["a list", ["Host: [hub.localhost]"]],
    ["no port", ["Host: hub.localhost:http"]],
  ])("refused with a message: %s", async (_, headers) => {
    const answer = await get(...headers);
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([
      400,
      { error: "bad_request", message: expect.stringContaining("Host header") },
    ]);
  });

  test.each(["x", "hub.localhost:3000", "[::1]:3000", "127.0.0.1", "xn--bcher-kva.example:", ""])(
    "any single host is accepted, and not used: %j",
    async (name) => {
      expect(passedBy(await get(`Host: ${name}`)).headers.host).toBe(host);
    },
  );
});

test("ASVS 13.4.4 TRACE is not served", async () => {
  const answer = await sendRaw("TRACE / HTTP/1.1", "Host: x", "Connection: close", "Cookie: secret=1");
  expect(answer.status).toBe(405);
  expect(answer.body).not.toContain("secret");
});

test("RFC 9110 5.3 two Authorization headers are refused, whatever their case and whichever is right", async () => {
  for (const second of ["Authorization: Basic eDp5", "AUTHORIZATION: Bearer y"]) {
    const twice = ["Host: x", "Connection: close", "Authorization: Bearer x", second];
    const answer = await sendRaw("GET /api/v1/me HTTP/1.1", ...twice);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toMatchObject({ error: "bad_request" });
  }
});

test.each<[string, string[], number, string, string]>([
  [
    "a path without a slash",
    ["GET * HTTP/1.1"],
    400,
    "bad_request",
    "Send the path of the resource, beginning with a slash.",
  ],
  [
    "an endless address",
    [`GET /${"a".repeat(16_384)} HTTP/1.1`],
    414,
    "uri_too_long",
    "The address is longer than 16384 characters.",
  ],
  ["a backslash", ["GET /a\\b HTTP/1.1"], 400, "bad_request", "Write a backslash in an address as %5C."],
  ["TRACE", ["TRACE / HTTP/1.1"], 405, "method_not_allowed", "The hub does not accept this method."],
  [
    "two credentials",
    ["GET / HTTP/1.1", "Authorization: a", "Authorization: b"],
    400,
    "bad_request",
    "Send one Authorization header.",
  ],
  ["two hosts", ["GET / HTTP/1.1", "Host: y"], 400, "bad_request", "Send one Host header."],
])(
  "%s is refused by code and sentence, and the answer is not cached",
  async (_, lines, status, error, message) => {
    const answer = await sendRaw(...lines, "Host: x");
    expect([answer.status, JSON.parse(answer.body)]).toEqual([status, { error, message }]);
    for (const header of ["content-type: application/json", "cache-control: no-store", "connection: close"])
      expect(answer.head.toLowerCase()).toContain(header);
  },
);

test("an address of 16,384 characters passes", async () => {
  const target = `/${"a".repeat(16_383)}`;
  expect((await passed(target)).url).toBe(target);
});

test("only OPTIONS * names the methods, and the answer is not cached", async () => {
  const answer = await sendRaw("OPTIONS * HTTP/1.1", "Host: x", "Connection: close");
  expect(answer.head.toLowerCase()).toContain("cache-control: no-store");
  const path = await sendRaw("OPTIONS / HTTP/1.1", "Host: x", "Connection: close");
  expect([path.status, JSON.parse(path.body).url]).toEqual([200, "/"]);
});

test.each(["http://:secret@hub.localhost:3000/", "http://user:secret@hub.localhost:3000/"])(
  "a target with a password is not the hub's: %s",
  async (target) => {
    const answer = await sendRaw(`GET ${target} HTTP/1.1`, "Host: x", "Connection: close");
    expect(answer.status).toBe(421);
  },
);

test("a query that ends in a slash still gets its path", async () => {
  expect((await passed("http://hub.localhost:3000?a=/")).url).toBe("/?a=/");
});

test.each(["%2e", "%C3%BC.example", "a%20b:80"])("an escaped host is taken: %s", async (name) => {
  expect((await sendRaw("GET / HTTP/1.1", `Host: ${name}`, "Connection: close")).status).toBe(200);
});

test.each(["%2", "%zz", "a%", "%2x"])("a host with a broken escape is refused: %s", async (name) => {
  expect((await sendRaw("GET / HTTP/1.1", `Host: ${name}`, "Connection: close")).status).toBe(400);
});

test("headers keep their names and values, and those with a similar name pass", async () => {
  const { rawHeaders } = await passed("/", "X-Rsc: 1", "RSC-Other: 2", "Cookie: a=1");
  expect(rawHeaders).toEqual([
    ...["Connection", "close", "X-Rsc", "1", "RSC-Other", "2", "Cookie", "a=1", "Host", host],
  ]);
});

test("CONNECT opens no connection", async () => {
  const answer = await sendRaw("CONNECT 127.0.0.1:22 HTTP/1.1", "Host: x");
  expect(answer.status).not.toBe(200);
});

test("an overlong address is refused", async () => {
  const answer = await sendRaw(`GET /${"a".repeat(16_400)} HTTP/1.1`, "Host: x", "Connection: close");
  expect(answer.status).toBe(414);
});

test.each(["/\\evil.example", "/cas/login?service=http:\\\\evil.example"])(
  "a backslash, which browsers read as a slash, is refused with a message: %s",
  async (target) => {
    const answer = await sendRaw(`GET ${target} HTTP/1.1`, "Host: x", "Connection: close");
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([400, { error: "bad_request" }]);
  },
);

test("doubled slashes of old CAS clients count as one; the query is unchanged", async () => {
  expect((await passed("/cas//serviceValidate?service=http://a//b")).url).toBe(
    "/cas/serviceValidate?service=http://a//b",
  );
  expect((await passed("//evil.example///x?//")).url).toBe("/evil.example/x?//");
  expect((await passed("/a/?b")).url).toBe("/a/?b");
});

test("the client's Host is never used: CVE-2024-34351", async () => {
  const { headers, rawHeaders } = await passed("/", "X-Forwarded-Host: evil.example");
  expect(headers.host).toBe(host);
  expect(rawHeaders.filter((name) => name.toLowerCase() === "host")).toEqual(["Host"]);
  expect(JSON.stringify([headers, rawHeaders])).not.toContain("evil.example");
});

test("CAS 1 HTTP/1.0 without a Host is served with the hub's own", async () => {
  const answer = await sendRaw("GET /healthz HTTP/1.0");
  expect([answer.status, JSON.parse(answer.body).headers.host]).toEqual([200, host]);
});

test.each([
  ["X-Middleware-Subrequest", "CVE-2025-29927"],
  ["x-middleware-anything", "CVE-2025-29927"],
  ["X-Nextjs-Data", "page data of another path"],
  ["x-now-route-matches", "CVE-2024-46982"],
  ["X-Matched-Path", "path confusion"],
  ["x-invoke-path", "path confusion"],
  ["Next-Action", "CVE-2025-55182"],
  ["next-router-state-tree", "React flight"],
  ["Next-Url", "path confusion"],
  ["RSC", "React flight"],
  ["Content-Security-Policy", "CVE-2026-44581"],
  ["X-Forwarded-Host", "cache poisoning"],
  ["X-Forwarded-Proto", "downgrade"],
  ["Forwarded", "cache poisoning"],
  ["X-Original-URL", "path confusion"],
  ["X-Rewrite-URL", "path confusion"],
  ["X-HTTP-Method-Override", "method confusion"],
])("%s is removed (%s)", async (name) => {
  const { headers, rawHeaders } = await passed("/", `${name}: poison`, `${name.toUpperCase()}: poison`);
  expect(headers[name.toLowerCase()]).toBeUndefined();
  expect(JSON.stringify(rawHeaders)).not.toContain("poison");
});

test("headers of browsers and sites are kept", async () => {
  const { headers, rawHeaders } = await passed(
    "/",
    "Cookie: a=1",
    "Origin: null",
    "Authorization: Basic eDp5",
    "X-Forwarded-For: 192.0.2.1",
    "X-Request-Id: 12345678",
    "Sec-Fetch-Site: none",
  );
  expect(headers).toMatchObject({
    cookie: "a=1",
    origin: "null",
    authorization: "Basic eDp5",
    "x-forwarded-for": "192.0.2.1",
    "x-request-id": "12345678",
    "sec-fetch-site": "none",
  });
  expect(rawHeaders).toContain("Cookie");
});

test("ASVS 4.2.1 a request with two lengths is refused before any route sees it", async () => {
  const chunked = await sendRaw(
    "POST / HTTP/1.1",
    "Host: x",
    "Content-Length: 4",
    "Transfer-Encoding: chunked",
    "",
    "0",
  );
  expect(chunked.status).toBe(400);
  const twice = await sendRaw(
    "POST / HTTP/1.1",
    "Host: x",
    "Content-Length: 4",
    "Content-Length: 5",
    "",
    "abcd",
  );
  expect(twice.status).toBe(400);
});

test("headers by name and raw headers are the same ones, without those that were dropped", async () => {
  const sent = ["Cookie: a=1", "X-Rsc: 1", "Cookie: b=2", "RSC: 1"];
  const { headersDistinct, rawHeaders } = await passed("/", ...sent);
  expect(headersDistinct).toEqual({
    ...{ connection: ["close"], cookie: ["a=1", "b=2"], "x-rsc": ["1"] },
    host: [host],
  });
  expect(rawHeaders).toHaveLength(10);
});

describe("a page of /dev/ under another host name, such as one that was rebound to this machine", () => {
  const ask = (target: string, name: string) =>
    sendRaw(`GET ${target} HTTP/1.1`, `Host: ${name}`, "Connection: close");

  test.each(["/dev/mail", "/dev/mail/1?to=a", "//dev/mail", "/%64ev/mail", "/dev%2fmail", "/dev"])(
    "is refused: %s",
    async (target) => {
      for (const name of ["evil.example", "evil.example:3000", "hub.localhost", "127.0.0.1:3000", ""]) {
        const { status, body } = await ask(target, name);
        expect([status, JSON.parse(body).error], name).toEqual([421, "misdirected_request"]);
      }
    },
  );

  test("is served under the hub's own, and other pages under any", async () => {
    expect((await ask("/dev/mail", host)).status).toBe(200);
    expect((await ask("/dev/mail", host.toUpperCase())).status).toBe(200);
    for (const target of ["/cas/login", "/device", "/account?return=/dev/mail"])
      expect((await ask(target, "evil.example")).status, target).toBe(200);
  });
});
