/** Requests whose error page fails as well. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hubServer } from "../hub.ts";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";
import { createFrontendStandIn } from "../test-support/frontend-stand-in.ts";

let opened: TestHub;
const rejections: unknown[] = [];
const keep = (reason: unknown) => rejections.push(reason);
beforeEach(() => {
  rejections.length = 0;
  process.on("unhandledRejection", keep);
});
afterEach(async () => {
  process.off("unhandledRejection", keep);
  await opened.close();
});

function expectBareRefusal(status: number, body: string, word: string): void {
  expect([status, JSON.parse(body).error]).toEqual([500, "internal_error"]);
  expect(body).not.toContain(word);
  expect(opened.lines.filter((line) => line.includes(word))).toHaveLength(1);
  expect(rejections).toEqual([]);
}

test("a refusal that cannot be written ends in 500 and a log line", async () => {
  const child = () => {
    throw new Error("no-child-of-the-log");
  };
  opened = await openTestHub({ hub: ({ log }) => ({ log: { ...log, child } }) });
  const { status, body } = await new TestBrowser(opened).get("/cas/login");
  expectBareRefusal(status, body, "no-child-of-the-log");
});

test("an error before routing ends the same way", async () => {
  opened = await openTestHub();
  const served = hubServer(opened.hub, [], createFrontendStandIn().frontend);
  const server = createServer((request, response) => {
    Object.defineProperty(request, "url", {
      get() {
        throw new Error("no-target-to-read");
      },
    });
    served.emit("request", request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
    expectBareRefusal(answer.status, await answer.text(), "no-target-to-read");
  } finally {
    server.close();
  }
});
