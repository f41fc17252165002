import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { openTestHub } from "../test-hub.ts";
import { runCommand } from "../test-support/run-command.ts";
import { createTestDatabase } from "../test-support/test-database.ts";
import { askHub } from "./ask-hub.ts";

/** Something that listens where a hub might. */
async function withServer<Result>(
  answer: RequestListener,
  use: (origin: string) => Promise<Result>,
): Promise<Result> {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use(`http://hub.localhost:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

test("a hub that runs is known by its own word", async () => {
  const opened = await openTestHub();
  try {
    const origin = `http://hub.localhost:${opened.port}`;
    expect(await askHub(origin)).toEqual({ state: "running", sentence: `The hub answers at ${origin}.` });
  } finally {
    await opened.close();
  }
});

test.each<[string, RequestListener]>([
  ["a site, which is well too", (_, response) => response.end('{"status":"ok"}')],
  ["a page", (_, response) => response.end("<!DOCTYPE html>")],
  ["null", (_, response) => response.end("null")],
  ["somebody who sends on", (_, response) => response.writeHead(302, { location: "/" }).end()],
  [
    "a hub's words with another status",
    (_, response) => response.writeHead(502).end('{"service":"gatehouse-hub"}'),
  ],
  [
    "an answer without an end",
    (_, response) => response.end(`{"service":"gatehouse-hub","x":"${"x".repeat(9_000)}"}`),
  ],
])("no hub: %s", async (_, answer) => {
  await withServer(answer, async (origin) => {
    const { state, sentence } = await askHub(origin);
    expect(state).toBe("something-else");
    expect(sentence).toMatch(/is no Gatehouse hub .* Correct HUB_URL/);
  });
});

test("who never answers is not waited for long", async () => {
  const silent = await withServer(
    () => undefined,
    (origin) => askHub(origin, 100),
  );
  expect(silent).toMatchObject({ state: "silent", sentence: expect.stringContaining("no answer in time") });
});

test("doctor says whether a hub runs, and does not fail when none does", async () => {
  const closed = await withServer(
    () => undefined,
    async (origin) => origin,
  );
  const environment = {
    DATABASE_URL: await createTestDatabase(),
    SHOP_URL: closed,
    BANK_URL: "http://bank.localhost",
  };
  const secrets = { SHOP_SITE_SECRET: "x".repeat(32), BANK_SITE_SECRET: "y".repeat(32) };
  const { result, text } = await runCommand("doctor", { ...environment, ...secrets, HUB_URL: closed });
  expect(result).toMatchObject({ settings: "ok", database: "ok", sites: 3, url: closed, hub: "silent" });
  expect(text.split("\n")).toEqual([
    `Settings are in order (production, ${closed}).`,
    "The database answers. 3 site(s) are registered.",
    `No hub answers at ${closed} (ECONNREFUSED). Start it, if it should run.`,
  ]);
});
