/** Bytes beyond ASCII in the request line, as mod_auth_cas sends them, at the hub. Titled by RFC 3986, section 2.5. */
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub({
    sites: ({ shop }) => ({ shop: shop.registration({ cas: { services: [`${shop.origin}/**`] } }) }),
  });
});
afterAll(() => opened.close());

/** Sends bytes as they are: an HTTP client would encode or refuse them. */
async function send(target: string | Buffer, method = "GET", body = ""): Promise<string> {
  const socket = connect(opened.port, "127.0.0.1");
  const length =
    body === "" ? "" : `Content-Length: ${Buffer.byteLength(body)}\r\nContent-Type: text/xml\r\n`;
  socket.write(
    Buffer.concat([
      Buffer.from(`${method} `),
      Buffer.from(target),
      Buffer.from(` HTTP/1.1\r\nHost: hub\r\nConnection: close\r\n${length}\r\n${body}`),
    ]),
  );
  return text(socket);
}

const statusOf = (answer: string): number => Number(answer.split(" ")[1]);
const locationOf = (answer: string): string => /^location: (.*)\r$/im.exec(answer)?.[1] ?? "";

describe("2.5 an address with unencoded letters", () => {
  test.each([
    ["GET", "/cas/login?service=https://x/café", "/cas/login?service=https://x/caf%C3%A9"],
    ["GET", "/cas/validate?a=%C3%A9é&b=\u{1f600}", "/cas/validate?a=%C3%A9%C3%A9&b=%F0%9F%98%80"],
    ["POST", "/cas/samlValidate?TARGET=ü", "/cas/samlValidate?TARGET=%C3%BC"],
    ["HEAD", "/ü//é?", "/%C3%BC//%C3%A9?"],
  ])("in UTF-8 is redirected to the encoded one: %s %s", async (method, target, encoded) => {
    const answer = await send(target, method);
    expect([statusOf(answer), locationOf(answer)]).toEqual([308, encoded]);
    expect(answer.toLowerCase()).toContain("cache-control: no-store");
    expect(JSON.parse(/\{.*\}/.exec(answer)?.[0] ?? "")).toEqual({
      error: "address_not_encoded",
      message: "Percent-encode the address. Location holds the encoded form.",
    });
  });

  test.each([
    ["Latin-1", Buffer.from("/cas/login?service=caf\u00e9", "latin1")],
    ["half a character", Buffer.from([0x2f, 0xc3])],
    ["overlong UTF-8", Buffer.from([0x2f, 0xc0, 0xaf])],
    ["a control character of C1 and a line break", "/\u0085é\n"],
    ["the name of a host", "//evil.example/é"],
    ["a backslash, which is a slash to browsers", "/\\evil.example/é"],
    ["a backslash further on", "/é\\"],
    ["a whole address", "http://evil.example/é"],
    ["no slash", "é"],
    ["another control character", "/é\u0001"],
  ])("is refused without a redirect with %s", async (_, target) => {
    const answer = await send(target);
    expect([statusOf(answer), locationOf(answer)]).toEqual([400, ""]);
    expect(answer).toContain('"error":"bad_request"');
  });

  test("that is not UTF-8 is refused with a message", async () => {
    expect(await send(Buffer.from("/caf\u00e9", "latin1"))).toContain(
      "The address contains a character that is not allowed there. Percent-encode it, as UTF-8.",
    );
  });

  test("consumes no ticket before the address is encoded", async () => {
    const alice = await opened.createPerson();
    const service = `${opened.shop.origin}/café`;
    const browser = new TestBrowser(opened);
    const { location } = await browser.signIn(alice, `?${new URLSearchParams({ service })}`);
    const ticket = new URL(location).searchParams.get("ticket");
    const raw = `/cas/serviceValidate?service=${encodeURIComponent(opened.shop.origin)}/café&ticket=${ticket}`;
    const encoded = locationOf(await send(raw));
    expect((await browser.get(encoded)).body).toContain("<cas:authenticationSuccess>");
  });
});
