import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { readScreen } from "../screen/screen.ts";
import { drawScreen, type NextHandler, withoutFrameworkScripts } from "./draw-screen.ts";

describe("the framework's scripts are removed from a page", () => {
  test.each([
    '<script src="/_next/static/chunks/main.js" async=""></script>',
    '<script>self.__next_f.push([1,"<\\/script>"])</script>',
    '<script id="_R_">(self.__next_f=self.__next_f||[]).push([0])</script>',
    '<script\nnoModule=""\nsrc="/_next/static/polyfill.js"></script>',
    '<script type="application/json">{"a":1}</script>',
    '<script data-src="/assets/x.js">alert(1)</script>',
    '<script src="//evil.example/assets/x.js"></script>',
    '<link rel="preload" as="script" fetchPriority="low" href="/_next/static/a.js"/>',
    '<link as="script" rel="preload" href="/_next/static/a"/>',
    '<link rel="modulepreload" href="/_next/static/a.js"/>',
  ])("%s", (tag) => {
    expect(withoutFrameworkScripts(`<p>a</p>${tag}<p>b</p>`)).toBe("<p>a</p><p>b</p>");
  });

  test.each([
    '<script src="/assets/enhance.js" defer=""></script>',
    '<script defer="" src="/assets/enhance.js"></script>',
    '<link rel="stylesheet" href="/_next/static/a.css"/>',
    '<link rel="preload" href="/_next/static/font.woff2" as="font" crossorigin=""/>',
    '<link rel="icon" href="/icon.svg"/>',
  ])("the hub's own elements stay: %s", (tag) => {
    expect(withoutFrameworkScripts(`<p>a</p>${tag}<p>b</p>`)).toBe(`<p>a</p>${tag}<p>b</p>`);
  });

  test("user text, which React has escaped, is unchanged", () => {
    const hostile =
      '<input value="&lt;script src=&quot;/assets/x&quot;&gt;alert(1)&lt;/script&gt;"/><p>&lt;link rel=preload as=script&gt; script src="/assets/" </p>';
    expect(withoutFrameworkScripts(hostile)).toBe(hostile);
  });
});

describe("a screen is drawn", () => {
  const closing: (() => void)[] = [];
  afterEach(() => {
    for (const close of closing.splice(0)) close();
  });

  const model = { title: "No", sentences: ["Because."], code: "c", reference: "r" };
  const drawn: NextHandler = async (_, response) => {
    const seen = readScreen("refused");
    response.setHeader("x-powered-by", "Next.js");
    response.setHeader("etag", '"1"');
    response.setHeader("cache-control", "s-maxage=31536000");
    response.writeHead(200, { "content-type": "text/html" });
    response.flushHeaders();
    response.write(Buffer.from(`<p>${seen?.title}</p>`));
    response.write("<script>1</script>");
    response.end("€", "utf8");
  };

  async function ask(
    next: NextHandler,
    method = "GET",
  ): Promise<{ status: number; headers: IncomingHttpHeaders; body: string; nextSaw: string }> {
    let nextSaw = "";
    const server = createServer(async (incoming, response) => {
      const watched: NextHandler = (drawing, ...rest) => {
        nextSaw = `${drawing.method} ${drawing.url}`;
        return next(drawing, ...rest);
      };
      const answer = { status: 403, headers: { "cache-control": "no-store" }, keepScripts: false };
      try {
        await drawScreen(watched, incoming, response, { name: "refused", model }, answer);
      } catch (error) {
        response.writeHead(500).end((error as Error).message);
      }
    }).listen(0, "127.0.0.1");
    closing.push(() => server.close());
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const sent = request({ host: "127.0.0.1", port, method, path: "/cas/logout?x", agent: false }).end();
    const [response] = await once(sent, "response");
    return { status: response.statusCode, headers: response.headers, body: await text(response), nextSaw };
  }

  test("with its own status, its own headers and the page of its name", async () => {
    const answer = await ask(drawn);
    expect(answer).toMatchObject({ status: 403, body: "<p>No</p>€", nextSaw: "GET /refused" });
    expect(answer.headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "content-length": String(Buffer.byteLength("<p>No</p>€")),
      "cache-control": "no-store",
    });
    for (const name of ["x-powered-by", "etag", "transfer-encoding"])
      expect(answer.headers[name]).toBeUndefined();
  });

  test("for HEAD without its body", async () => {
    const answer = await ask(drawn, "HEAD");
    expect(answer).toMatchObject({ status: 403, body: "", nextSaw: "GET /refused" });
    expect(answer.headers["content-length"]).toBe(String(Buffer.byteLength("<p>No</p>€")));
  });

  test("and when Next fails, the caller can still answer", async () => {
    const answer = await ask(async (_, response) => {
      response.write("half a page");
      throw new Error("broken page");
    });
    expect([answer.status, answer.body]).toEqual([500, "broken page"]);
  });

  test.each([404, 500])("and Next's own page of %i is never sent in its place", async (status) => {
    const answer = await ask(async (_, response) => {
      response.writeHead(status, { "content-type": "text/html" });
      response.end("<p>Next's words</p>");
    });
    expect([answer.status, answer.body]).toEqual([500, `Next answered ${status} for /refused`]);
  });

  test("the model is readable only while the screen is drawn", () => {
    expect(readScreen("refused")).toBeNull();
  });
});
