import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readStaticFiles } from "./static-files.ts";

const css = "/_next/static/chunks/a.css";
let directory: string;
let server: Server;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-files-"));
  await mkdir(join(directory, "_next/static/chunks"), { recursive: true });
  await mkdir(join(directory, "assets"));
  for (const [name, content] of Object.entries({
    [css]: "plain",
    [`${css}.br`]: "as br",
    [`${css}.gz`]: "as gzip",
    "/_next/static/chunks/a.woff2": "font",
    "/_next/static/chunks/a.json": "{}",
    "/assets/enhance.js": "script",
    "/icon.svg": "<svg/>",
  }))
    await writeFile(join(directory, name), content);
  const serve = readStaticFiles(directory, new Set(["/assets/enhance.js?v=12"]));
  // Files are read once: a build may replace the folder under a running hub.
  await rm(directory, { recursive: true });
  server = createServer((incoming, response) => {
    if (!serve(incoming, response)) response.end(`nothing ${response.getHeaderNames()}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
});
afterAll(() => server.close());

async function ask(path: string, encoding?: string, method = "GET") {
  const { port } = server.address() as AddressInfo;
  const headers = encoding === undefined ? {} : { "accept-encoding": encoding };
  const sent = request({ host: "127.0.0.1", port, path, method, agent: false, headers }).end();
  const [response] = await once(sent, "response");
  return { headers: response.headers, body: await text(response) };
}

test.each([
  [undefined, "plain"],
  ["gzip, deflate", "as gzip"],
  ["gzip, deflate, br, zstd", "as br"],
  ["br;q=0, gzip;q=0.5", "as gzip"],
  ["gzip;q=0.0", "plain"],
  ["brotli, xgzip", "plain"],
])("a browser that accepts %s receives %s", async (encoding, body) => {
  const answer = await ask(css, encoding);
  expect(answer.body).toBe(body);
  expect(answer.headers).toMatchObject({
    "content-type": "text/css; charset=utf-8",
    "content-length": String(body.length),
    vary: "accept-encoding",
  });
  expect(answer.headers["content-encoding"]).toBe(body === "plain" ? undefined : body.slice(3));
});

test("a font is compressed by itself", async () => {
  const { headers, body } = await ask("/_next/static/chunks/a.woff2", "gzip, br");
  expect([body, headers["content-type"], headers.vary]).toEqual(["font", "font/woff2", undefined]);
});

test("HEAD receives the same headers without the body", async () => {
  const { headers, body } = await ask(css, "br", "HEAD");
  expect([body, headers["content-length"], headers["content-encoding"]]).toEqual(["", "5", "br"]);
});

describe("a file whose address names its content is cached for a year", () => {
  test.each([css, `${css}?x`, "/assets/enhance.js?v=12"])("%s", async (path) => {
    const { headers } = await ask(path);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
  });

  test.each(["/assets/enhance.js", "/assets/enhance.js?v=13", "/icon.svg"])(
    "every other file is requested again: %s",
    async (path) => {
      const { headers } = await ask(path);
      expect(headers["cache-control"]).toBe("public, max-age=0");
    },
  );
});

test.each([
  "/",
  "/_next/static/chunks/",
  "/_next/static/chunks/b.css",
  "/_next/static/chunks/a.json",
  "/_next/static/chunks/a.css.br",
  "/_next/static/chunks/../chunks/a.css",
  "/_next/static/chunks/a%2ecss",
  "/document.html",
])("%s is not a file: the response stays unchanged", async (path) => {
  expect((await ask(path)).body).toBe("nothing ");
});
