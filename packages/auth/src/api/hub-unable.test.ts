/** Tests of an API whose hub does not answer, or answers with something else. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ApiInTest, cannot, told, withToken } from "../test-support/api-in-test.ts";

let api: ApiInTest;
beforeEach(async () => {
  api = new ApiInTest();
  await api.hub.start();
});
afterEach(async () => {
  vi.useRealTimers();
  await api.hub.stop();
});

describe("RFC 9110 15.6.4 the hub cannot be asked", () => {
  const both = async () => [api.hub.issue(), await api.hub.sign()];

  it("is 503 with Retry-After, never a success or a 401", async () => {
    const tokens = await both();
    api.hub.down = true;
    for (const token of tokens) {
      const answer = await api.make().GET(withToken(token));
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(await told(answer)).toEqual(cannot);
    }
    expect(api.log.map(({ code }) => code)).toEqual(["hub_unreachable", "hub_unreachable"]);
  });

  it.each([
    [500, "", "hub_unreachable", "hub_unreachable"],
    [503, "", "hub_unreachable", "hub_unreachable"],
    [429, "", "hub_unreachable", "hub_unreachable"],
    [401, '{"error":"invalid_client"}', "site_rejected", "hub_answer"],
    [404, "", "hub_answer", "hub_answer"],
    [302, "", "hub_answer", "hub_answer"],
    [200, "<html>", "hub_answer", "hub_answer"],
    [200, "[]", "hub_answer", "hub_answer"],
    [200, '{"active":"yes"}', "hub_answer", "hub_answer"],
  ])("an answer %s %s is logged as %s, to a request for keys as %s", async (status, body, code, ofKeys) => {
    const [opaque = "", jwt = ""] = await both();
    api.hub.answer = { status, body, headers: { location: "/" } };
    expect(await told(await api.make().GET(withToken(opaque)))).toEqual(cannot);
    expect(await told(await api.make().GET(withToken(jwt)))).toEqual(cannot);
    expect(api.log.map((entry) => entry.code)).toEqual([code, ofKeys]);
  });

  it("a failure is not cached: the next call asks again", async () => {
    const { GET } = api.make();
    const [opaque = "", jwt = ""] = await both();
    api.hub.down = true;
    expect([(await GET(withToken(opaque))).status, (await GET(withToken(jwt))).status]).toEqual([503, 503]);
    api.hub.down = false;
    expect([(await GET(withToken(opaque))).status, (await GET(withToken(jwt))).status]).toEqual([200, 200]);
  });

  it("a JWT is verified with the cached keys, for ten minutes", async () => {
    const { GET } = api.make();
    const jwt = await api.hub.sign();
    expect((await GET(withToken(jwt))).status).toBe(200);
    api.hub.down = true;
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 9 * 60_000 });
    expect((await GET(withToken(jwt))).status).toBe(200);
    vi.setSystemTime(Date.now() + 2 * 60_000);
    expect(await told(await GET(withToken(jwt)))).toEqual(cannot);
  });

  it("invalid settings are 503 too, and named in the log", async () => {
    expect(await told(await api.make({}, { SITE_SECRET: "short" }).GET(withToken(api.hub.issue())))).toEqual(
      cannot,
    );
    expect(api.log.map(({ code }) => code)).toEqual(["secret_too_short"]);
  });
});
