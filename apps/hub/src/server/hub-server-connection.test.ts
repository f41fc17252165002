/** Connections as they are: what an HTTP client would hide or put right. */
import { once } from "node:events";
import {
  type Agent,
  get,
  Agent as HttpAgent,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openTestHub, type TestHub } from "../test-hub.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

async function sendBytes(bytes: string): Promise<{ status: number; head: string; body: string }> {
  const socket = connect(opened.port, "127.0.0.1");
  socket.on("error", () => undefined);
  socket.write(bytes);
  const [head = "", body = ""] = (await text(socket)).split("\r\n\r\n");
  return { status: Number(head.split(" ")[1] ?? 0), head: head.toLowerCase(), body };
}

async function getOver(agent: Agent): Promise<{ headers: IncomingHttpHeaders; reusedSocket: boolean }> {
  const request = get({ agent, port: opened.port, path: "/healthz" });
  const [answer] = (await once(request, "response")) as [IncomingMessage];
  await text(answer);
  return { headers: answer.headers, reusedSocket: request.reusedSocket };
}

test("an idle connection outlasts the 60 s for which load balancers keep one", async () => {
  const agent = new HttpAgent({ keepAlive: true });
  try {
    const { headers } = await getOver(agent);
    const [, seconds] = /^timeout=(\d+)$/.exec(String(headers["keep-alive"])) ?? [];
    expect([headers.connection, Number(seconds)]).toEqual(["keep-alive", 75]);
    expect((await getOver(agent)).reusedSocket).toBe(true);
  } finally {
    agent.destroy();
  }
});

describe("a request that is not HTTP is refused with a message", () => {
  test.each([
    ["no method", "HELO mail.example\r\n\r\n", 400, "bad_request"],
    ["a TLS greeting", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400, "bad_request"],
    [
      "headers without end",
      `GET / HTTP/1.1\r\nHost: x\r\nCookie: ${"a".repeat(40_000)}\r\n\r\n`,
      431,
      "headers_too_large",
    ],
    [
      "a length that is none",
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n",
      400,
      "bad_request",
    ],
  ])("%s", async (_, bytes, status, error) => {
    const answer = await sendBytes(bytes);
    expect([answer.status, JSON.parse(answer.body)]).toEqual([
      status,
      { error, message: expect.stringMatching(/\.$/) },
    ]);
    expect(answer.head).toContain("connection: close");
    expect(answer.head).toContain("cache-control: no-store");
  });
});

test("RFC 9112 3.2 a request by HTTP/1.1 without a Host header is refused with a message", async () => {
  const answer = await sendBytes("GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n");
  expect(answer.status).toBe(400);
  expect(answer.body).toContain("Send a Host header.");
});
