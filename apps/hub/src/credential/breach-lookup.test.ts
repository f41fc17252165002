import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { createOutbound } from "../outbound/outbound.ts";
import { createMemoryLog } from "../test-support/memory-log.ts";
import { createBreachLookup } from "./breach-lookup.ts";

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const password = "tr0ub4dor and e\u0301";
const digest = createHash("sha1").update(password.normalize("NFC")).digest("hex").toUpperCase();

/** Looks the password up at a service that answers like this. */
async function lookUp(answer: RequestListener) {
  const asked: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url, request.headers["add-padding"] as string);
    answer(request, response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const outbound = createOutbound({
    allowLoopback: true,
    certificateAuthorityFile: undefined,
    timeLimit: 300,
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { log, lines } = createMemoryLog();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range/`;
  const breached = await createBreachLookup({ outbound, log, url })(password);
  return { asked, breached, lines };
}

const others = Array.from({ length: 1000 }, (_, i) => `${String(i).padStart(35, "0")}:${i}`).join("\r\n");

test("only the first five digits of the hash are sent, and the answer is compared here", async () => {
  const { asked, breached } = await lookUp((_, response) =>
    response.end(`${others}\r\n${digest.slice(5)}:42\r\n`),
  );
  expect(asked).toEqual([`/range/${digest.slice(0, 5)}`, "true"]);
  expect(breached).toBe(true);
});

test("a password that the answer does not name, or names as padding, is not breached", async () => {
  expect((await lookUp((_, response) => response.end(others))).breached).toBe(false);
  expect((await lookUp((_, response) => response.end(`${digest.slice(5)}:0`))).breached).toBe(false);
});

test.each<[string, RequestListener]>([
  ["is down", (request) => request.destroy()],
  ["refuses", (_, response) => response.writeHead(503).end(`${digest.slice(5)}:42`)],
  ["redirects", (_, response) => response.writeHead(302, { location: "/other" }).end()],
  ["is silent", () => undefined],
])("a service that %s refuses no password, and the log says so without the password", async (_, answer) => {
  const { breached, lines } = await lookUp(answer);
  expect(breached).toBe(false);
  expect(lines.join("")).toContain("breach-lookup.failed");
  for (const secret of [password, digest]) expect(lines.join("")).not.toContain(secret);
});
