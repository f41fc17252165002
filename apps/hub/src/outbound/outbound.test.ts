import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { createSelfSignedCertificate } from "../test-support/certificates.ts";
import { forgetModuleMock } from "../test-support/module-mock.ts";
import { createOutbound, type Outbound } from "./outbound.ts";

type Resolved = { readonly address: string; readonly family: number }[] | string;
const dns = vi.hoisted(() => ({ names: new Map<string, Resolved[]>(), asked: [] as string[] }));
// Earlier test files share the worker and have loaded the module.
vi.hoisted(() => vi.resetModules());
vi.mock("node:dns", () => ({
  lookup: (name: string, _: object, done: (error: Error | null, found?: object) => void) => {
    dns.asked.push(name);
    const found = dns.names.get(name)?.shift() ?? "ENOTFOUND";
    if (typeof found === "string") done(Object.assign(new Error(found), { code: found }));
    else done(null, found);
  },
}));

afterAll(() => forgetModuleMock("node:dns"));

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
  dns.names.clear();
  dns.asked.length = 0;
});

async function listen(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  cleanups.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return (server.address() as AddressInfo).port;
}

const serve = (answer: RequestListener): Promise<number> => listen(createServer(answer));

function open(more: Partial<Parameters<typeof createOutbound>[0]> = {}): Outbound {
  const outbound = createOutbound({ allowLoopback: true, certificateAuthorityFile: undefined, ...more });
  cleanups.push(() => outbound.close().catch(() => undefined));
  return outbound;
}

test("a form is posted, and the status of the response is returned", async () => {
  const seen: [IncomingMessage, string][] = [];
  const port = await serve(async (request, response) => {
    seen.push([request, await text(request)]);
    response.writeHead(503).end("no");
  });
  const answer = await open().postForm(`http://127.0.0.1:${port}/a?b`, "x=1", { "x-request-id": "r" });
  expect(answer).toEqual({ status: 503 });
  const [request, body] = seen[0] ?? [];
  expect([request?.method, request?.url, body]).toEqual(["POST", "/a?b", "x=1"]);
  expect(request?.headers).toMatchObject({
    "content-type": "application/x-www-form-urlencoded",
    "x-request-id": "r",
  });
});

test("a library's request is sent as it is; an answer longer than the limit is refused", async () => {
  const seen: string[] = [];
  const port = await serve(async (request, response) => {
    seen.push(`${request.method} ${request.headers["x-own"]} ${await text(request)}`);
    if (request.url === "/long") return void response.end("x".repeat(70_000));
    response.writeHead(302, { location: "/long", "x-answer": "yes" }).end('{"a":1}');
  });
  const init = { method: "POST", headers: { "x-own": "1" }, body: new URLSearchParams({ b: "2" }) };
  const answer = await open().fetch(`http://127.0.0.1:${port}/`, init);
  expect(seen).toEqual(["POST 1 b=2"]);
  expect([answer.status, answer.headers.get("x-answer"), await answer.json()]).toEqual([
    302,
    "yes",
    { a: 1 },
  ]);
  const long = open().fetch(`http://127.0.0.1:${port}/long`, {});
  await expect(long).rejects.toMatchObject({ name: "OutboundError", code: "failed" });
  const strict = open({ allowLoopback: false });
  await expect(strict.fetch(`http://127.0.0.1:${port}/`, {})).rejects.toMatchObject({
    code: "address_forbidden",
  });
});

test("ASVS 15.3.2 a redirect is not followed", async () => {
  const follower = vi.fn();
  const elsewhere = await serve((_, response) => {
    follower();
    response.end();
  });
  for (const status of [301, 302, 303, 307, 308]) {
    const port = await serve((_, response) => {
      response.writeHead(status, { location: `http://127.0.0.1:${elsewhere}/` }).end();
    });
    expect(await open().postForm(`http://127.0.0.1:${port}/`, "", {})).toEqual({ status });
  }
  expect(follower).not.toHaveBeenCalled();
});

test("a response without end is aborted after 64 kB", async () => {
  let sent = 0;
  const { promise: brokenOff, resolve } = Promise.withResolvers<void>();
  const port = await serve((_, response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(16_384))) sent += 16_384;
    };
    response.on("drain", pour).on("close", resolve);
    pour();
  });
  expect(await open().postForm(`http://127.0.0.1:${port}/`, "", {})).toEqual({ status: 200 });
  await brokenOff;
  // What the buffers of two sockets hold besides.
  expect(sent).toBeLessThan(16 * 1024 * 1024);
});

test.each([
  ["with a length", { "content-length": "100" }],
  ["in chunks", {}],
])("an answer %s that breaks off is none, whatever has arrived of it", async (_, headers) => {
  const port = await serve((_request, response) => {
    response.writeHead(200, headers).write('{"a":1}', () => response.destroy());
  });
  const url = `http://127.0.0.1:${port}/`;
  const outbound = open();
  for (const call of [outbound.getText(url, {}), outbound.fetch(url, {}), outbound.get(url)])
    await expect(call).rejects.toMatchObject({ name: "OutboundError", code: "failed" });
});

test("a text is read up to 256 kB, with the headers that were given; an answer longer than the limit is refused", async () => {
  const port = await serve((request, response) => {
    response.end(`${request.headers["add-padding"]} ${"ü".repeat(Number(request.url?.slice(1)))}`);
  });
  const get = (length: number) =>
    open().getText(`http://127.0.0.1:${port}/${length}`, { "add-padding": "yes" });
  expect(await get(60_000)).toEqual({ status: 200, text: `yes ${"ü".repeat(60_000)}` });
  await expect(get(200_000)).rejects.toMatchObject({ name: "OutboundError", code: "failed" });
});

describe("a site that keeps the hub waiting", () => {
  test("by never answering is a timeout", async () => {
    const port = await serve(() => undefined);
    const post = open({ timeLimit: 100 }).postForm(`http://127.0.0.1:${port}/`, "", {});
    await expect(post).rejects.toMatchObject({ name: "OutboundError", code: "timeout" });
  });

  test("by never ending its response is a timeout", async () => {
    const port = await serve((_, response) => {
      response.write("a");
    });
    const post = open({ timeLimit: 100 }).postForm(`http://127.0.0.1:${port}/`, "", {});
    await expect(post).rejects.toMatchObject({ code: "timeout" });
  });
});

test("a port without a listener is refused", async () => {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  await expect(open().postForm(`http://127.0.0.1:${port}/`, "", {})).rejects.toMatchObject({
    code: "refused",
  });
});

test("an unresolvable name is unresolved", async () => {
  await expect(open().postForm("http://gone.example/", "", {})).rejects.toMatchObject({ code: "unresolved" });
});

describe("ASVS 1.3.6 an address that is not public is refused", () => {
  test.each([
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f.0.0.1",
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "169.254.169.254",
    "172.31.255.255",
    "192.168.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::7f00:1]",
    "[fd00::1]",
    "[fe80::1]",
    "localhost",
    "hub.localhost",
  ])("%s", async (host) => {
    const post = open({ allowLoopback: false }).postForm(`http://${host}:8080/`, "", {});
    await expect(post).rejects.toMatchObject({ code: "address_forbidden" });
  });

  test.each(["10.0.0.5", "127.0.0.1", "169.254.169.254", "::1", "fd12::1", "::ffff:10.0.0.1"])(
    "also if a public name resolves to it: %s",
    async (address) => {
      dns.names.set("site.example", [[{ address, family: address.includes(":") ? 6 : 4 }]]);
      const post = open({ allowLoopback: false }).postForm("http://site.example:8080/", "", {});
      await expect(post).rejects.toMatchObject({ code: "address_forbidden" });
    },
  );

  test("and the connection goes to the checked address, without another look-up", async () => {
    const port = await serve((_, response) => {
      response.end();
    });
    dns.names.set("site.example", [[{ address: "127.0.0.1", family: 4 }], "ENOTFOUND"]);
    expect(await open().postForm(`http://site.example:${port}/`, "", {})).toEqual({ status: 200 });
    expect(dns.asked).toEqual(["site.example"]);
  });
});

test("RFC 6761 *.localhost is loopback, whatever the resolver says", async () => {
  const port = await serve((_, response) => {
    response.end();
  });
  expect(await open().postForm(`http://shop.localhost:${port}/`, "", {})).toEqual({ status: 200 });
  expect(dns.asked).toEqual([]);
});

describe("CAS 2.5.4 over https the server must have a valid certificate", () => {
  async function serveSecurely(
    name: string,
    endsInDays?: number,
  ): Promise<{ port: number; authority: string }> {
    const { key, cert } = createSelfSignedCertificate(name, endsInDays);
    const port = await listen(createSecureServer({ key, cert }, (_, response) => response.end()));
    const folder = await mkdtemp(join(tmpdir(), "gatehouse-ca-"));
    cleanups.push(() => rm(folder, { recursive: true }));
    const authority = join(folder, "ca.pem");
    await writeFile(authority, cert);
    return { port, authority };
  }

  test("a certificate of an unknown authority is refused", async () => {
    const { port } = await serveSecurely("shop.localhost");
    const post = open().postForm(`https://shop.localhost:${port}/`, "", {});
    await expect(post).rejects.toMatchObject({ code: "certificate" });
  });

  test("CA_FILE makes its authority trusted", async () => {
    const { port, authority } = await serveSecurely("shop.localhost");
    const outbound = open({ certificateAuthorityFile: authority });
    expect(await outbound.postForm(`https://shop.localhost:${port}/`, "", {})).toEqual({ status: 200 });
  });

  test("an expired certificate is refused", async () => {
    const { port, authority } = await serveSecurely("shop.localhost", -1);
    const post = open({ certificateAuthorityFile: authority }).postForm(
      `https://shop.localhost:${port}/`,
      "",
      {},
    );
    await expect(post).rejects.toMatchObject({ code: "certificate" });
  });

  test("a certificate for another name is refused", async () => {
    const { port, authority } = await serveSecurely("shop.localhost");
    const post = open({ certificateAuthorityFile: authority }).postForm(
      `https://bank.localhost:${port}/`,
      "",
      {},
    );
    await expect(post).rejects.toMatchObject({ code: "certificate" });
  });
});
