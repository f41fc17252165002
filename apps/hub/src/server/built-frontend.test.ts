import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { renderScreen } from "../../app/render-screen.tsx";
import { holes } from "../screen/document.ts";
import { createBuiltFrontend, openBuiltFrontend } from "./built-frontend.ts";

const document =
  `<!DOCTYPE html><html><head><style>p{margin:0}</style><title>${holes.title}</title><meta name="referrer" content="${holes.referrer}"/></head>` +
  `<body>${holes.body}<script src="/assets/enhance.js?v=0123" defer=""></script></body></html>`;
const model = { title: "No", sentences: ["Because."], code: "c", reference: "r" };

let files: string;
beforeAll(async () => {
  files = await mkdtemp(join(tmpdir(), "gatehouse-files-"));
  await writeFile(join(files, "icon.svg"), "<svg/>");
});
afterAll(() => rm(files, { recursive: true }));

describe("a page", () => {
  const answer = { status: 403, headers: { "cache-control": "no-store", "set-cookie": ["a=1", "b=2"] } };

  async function ask({ render = renderScreen, shown = model, method = "GET", coding = "" } = {}): Promise<{
    readonly status: number | undefined;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
    readonly bytes: number;
  }> {
    const frontend = createBuiltFrontend({ document, renderScreen: render, files });
    const server = createServer(async (incoming, response) => {
      try {
        await frontend.draw(incoming, response, { name: "refused", model: shown }, answer);
      } catch (error) {
        response.end(`${response.statusCode} ${response.getHeaderNames()} ${(error as Error).message}`);
      }
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const headers = { "accept-encoding": coding };
    const sent = request({ host: "127.0.0.1", port, method, path: "/x", agent: false, headers }).end();
    const [response] = await once(sent, "response");
    const sentBody = await buffer(response);
    server.close();
    const isEncoded = response.headers["content-encoding"] === "gzip" && sentBody.length > 0;
    const body = String(isEncoded ? gunzipSync(sentBody) : sentBody);
    return { status: response.statusCode, headers: response.headers, body, bytes: sentBody.length };
  }

  test("has the given status and headers", async () => {
    const { status, headers, body } = await ask();
    expect(status).toBe(403);
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": String(Buffer.byteLength(body)),
      "cache-control": "no-store",
      "set-cookie": ["a=1", "b=2"],
    });
    expect(headers["content-encoding"]).toBeUndefined();
    expect(body).toContain("<title>No · Gatehouse</title>");
    expect(body).toMatch(/<p>Because\.<\/p>.*<script src="\/assets\/enhance.js/);
  });

  test("is encoded for a browser that accepts gzip", async () => {
    const [plain, encoded] = [await ask(), await ask({ coding: "br, gzip" })];
    expect(encoded.headers["content-encoding"]).toBe("gzip");
    expect(encoded.headers["content-length"]).toBe(String(encoded.bytes));
    expect(encoded.body).toBe(plain.body);
    expect((await ask({ coding: "br, gzip;q=0" })).headers["content-encoding"]).toBeUndefined();
  });

  test("has the source of its styles for the policy", () => {
    // printf 'p{margin:0}' | openssl dgst -sha256 -binary | base64
    const { styleSources } = createBuiltFrontend({ document, renderScreen, files });
    expect(styleSources).toEqual(["'sha256-QRQPRLGyxt3RJiKpYNjpkgHcmHU2PywsfL2e8oI0LQA='"]);
  });

  test("for HEAD has the same headers and no body", async () => {
    const coding = "gzip";
    const [head, get] = [await ask({ method: "HEAD", coding }), await ask({ coding })];
    expect([head.status, head.body]).toEqual([403, ""]);
    expect(head.headers["content-length"]).toBe(get.headers["content-length"]);
  });

  test("contains user text escaped, in the title as well", async () => {
    const hostile = `</title><script>alert(1)</script> $& $\` $' ${holes.body}`;
    const { body } = await ask({ shown: { ...model, title: hostile, sentences: [hostile] } });
    const escaped = `&lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; $&amp; $\` $&#x27; ${holes.body}`;
    expect(body).toContain(`<title>${escaped} · Gatehouse</title>`);
    expect(body).toContain(`<p>${escaped}</p>`);
    expect(body.match(/<script/g)).toHaveLength(1);
  });

  test("that cannot be rendered leaves the response unchanged", async () => {
    const { body } = await ask({
      render() {
        throw new Error("broken page");
      },
    });
    expect(body).toBe("200  broken page");
  });
});

test("without a build the start fails with the command to build", async () => {
  await expect(openBuiltFrontend(join(files, "none"))).rejects.toThrow(
    "the hub's screens are not built. Build them with npx turbo run build --filter=@gatehouse/hub",
  );
});

test("a build without a file of its document does not start", async () => {
  const dist = await mkdtemp(join(tmpdir(), "gatehouse-dist-"));
  await writeFile(join(dist, "document.html"), document);
  await writeFile(
    join(dist, "render-screen.mjs"),
    "export const renderScreen = () => ({ title: '', referrer: '', body: '' });",
  );
  await expect(openBuiltFrontend(dist)).rejects.toThrow("/assets/enhance.js is missing. Build them again.");
  await mkdir(join(dist, "files", "assets"), { recursive: true });
  await writeFile(join(dist, "files", "assets", "enhance.js"), "");
  await openBuiltFrontend(dist);
  await rm(dist, { recursive: true });
});
