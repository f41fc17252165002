import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, TestBrowser, type TestHub } from "../test-hub.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

test("/healthz says that the process is alive, that it is a hub, and its address", async () => {
  const answer = await new TestBrowser(opened).get("/healthz");
  const body = { status: "ok", service: "gatehouse-hub", url: opened.hub.settings.hubUrl };
  expect([answer.status, JSON.parse(answer.body)]).toEqual([200, body]);
});

test("/readyz is ready when the database answers and sites are read", async () => {
  const answer = await new TestBrowser(opened).get("/readyz");
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toEqual({ status: "ready", database: "ok", sites: 2 });
});

test("/readyz is not ready while the database does not answer", async () => {
  const broken = await openTestHub({
    hub: ({ database }) => ({ database: { ...database, isReady: async () => false } }),
  });
  try {
    const browser = new TestBrowser(broken);
    const [ready, alive] = [await browser.get("/readyz"), await browser.get("/healthz")];
    expect([ready.status, JSON.parse(ready.body).database, alive.status]).toEqual([503, "unreachable", 200]);
  } finally {
    await broken.close();
  }
});
