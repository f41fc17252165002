import { afterAll, beforeAll, expect, test } from "vitest";
import { openTestHub, type TestHub } from "../../test-hub.ts";

let opened: TestHub;
beforeAll(async () => {
  opened = await openTestHub();
});
afterAll(() => opened.close());

const unique = (by: string, id: string) =>
  opened.hub.issuer.provider.ReplayDetection.unique(by, id, Math.floor(Date.now() / 1000) + 60);

test("RFC 7523 3 (7) of 50 concurrent requests with one id one is accepted", async () => {
  const seen = await Promise.all(Array.from({ length: 50 }, () => unique("site", "id")));
  expect(seen.filter(Boolean)).toHaveLength(1);
  expect(await unique("site", "id")).toBe(false);
});

test("ids are separate for each site, even if site and id joined read the same", async () => {
  expect([await unique("ab", "c"), await unique("a", "bc")]).toEqual([true, true]);
});
