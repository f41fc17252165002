import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { HubHealth, type HubPresence } from "./hub-health.ts";

const hubUrl = "https://hub.example";
let now: number;
let health: HubHealth;
let asked: [string, RequestInit][];
let answer: () => Response | Error;
const hub = (over: object = {}) => Response.json({ service: "gatehouse-hub", url: hubUrl, ...over });

beforeEach(() => {
  now = 1_800_000_000_000;
  health = new HubHealth(hubUrl, () => now);
  asked = [];
  answer = hub;
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    asked.push([url, init]);
    const given = answer();
    if (given instanceof Error) throw given;
    return given;
  });
});
afterEach(() => vi.unstubAllGlobals());

describe("the server at HUB_URL", () => {
  const page = (status: number) =>
    new Response("<html>", { status, headers: { "content-type": "text/html" } });

  test.each<[string, () => Response | Error, HubPresence]>([
    ["a hub", hub, "there"],
    ["a hub of an earlier version, without its address", () => hub({ url: undefined }), "there"],
    ["a hub whose address cannot be read", () => hub({ url: "hub" }), "there"],
    ["a hub whose address is no web address", () => hub({ url: "ftp://other.example" }), "there"],
    [
      "a hub whose address has another scheme at its end",
      () => hub({ url: "xhttps://other.example" }),
      "there",
    ],
    ["a hub whose address is its own in full", () => hub({ url: `${hubUrl}/` }), "there"],
    ["a hub with another name", () => hub({ url: "https://login.example" }), "other-name"],
    ["another service", () => hub({ service: "other" }), "elsewhere"],
    ["JSON without a service", () => Response.json(null), "elsewhere"],
    [
      "broken JSON",
      () => new Response("{", { headers: { "content-type": "application/json" } }),
      "elsewhere",
    ],
    ["a page", () => page(200), "elsewhere"],
    ["a redirect", () => page(302), "elsewhere"],
    ["a page that is missing", () => page(404), "elsewhere"],
    [
      "an answer of the right form with another status",
      () => Response.json({ service: "gatehouse-hub" }, { status: 404 }),
      "elsewhere",
    ],
    ["a server that is busy", () => page(429), "silent"],
    ["a proxy without a hub", () => page(502), "silent"],
    ["a server that fails", () => page(500), "silent"],
    ["no server", () => new TypeError("fetch failed"), "silent"],
  ])("%s", async (_, given, presence) => {
    answer = given;
    expect(await health.presence()).toBe(presence);
  });

  test("is asked without following redirects and without a cache", async () => {
    await health.presence();
    expect(asked[0]).toMatchObject([
      "https://hub.example/healthz",
      { cache: "no-store", redirect: "manual" },
    ]);
  });

  test.each<[() => Response, number]>([
    [hub, 5_000],
    [() => page(502), 1_000],
    [() => page(404), 1_000],
    [() => hub({ url: "https://login.example" }), 1_000],
  ])("is asked once by many, and again %#: after %d ms", async (given, ms) => {
    answer = given;
    await Promise.all([health.presence(), health.presence()]);
    now += ms - 1;
    await health.presence();
    expect(asked).toHaveLength(1);
    now += 1;
    await health.presence();
    expect(asked).toHaveLength(2);
  });
});

describe("the error for a hub that is not there", () => {
  test("keeps the cause of the silence", async () => {
    const cause = new TypeError("fetch failed");
    answer = () => cause;
    await health.presence();
    expect(health.missing("silent")).toMatchObject({ code: "hub_unreachable", cause });
  });

  test("names both addresses", async () => {
    answer = () => hub({ url: "https://login.example" });
    await health.presence();
    expect(health.missing("other-name")).toMatchObject({
      code: "hub_url_other_name",
      message: expect.stringContaining(
        "HUB_URL is https://hub.example, and this hub calls itself https://login.example.",
      ),
    });
  });

  test("says when HUB_URL names another server", () => {
    expect(health.missing("elsewhere")).toMatchObject({ code: "hub_url_wrong" });
  });
});
