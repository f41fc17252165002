import { describe, expect, it } from "vitest";
import { readEnvironment } from "./env.ts";

const settings = { SITE_URL: "https://shop.example", DATA_DIR: "/data" };

describe("the shop's environment", () => {
  it("comes to an origin, a file and a sentence", () => {
    expect(readEnvironment(settings as never)).toEqual({
      siteOrigin: "https://shop.example",
      https: true,
      cartFile: "/data/shop.sqlite",
      idleLimit: "30 minutes",
    });
  });

  it.each(["", "shop.example", "ftp://shop.example"])("refuses SITE_URL=%j by its name", (url) => {
    expect(() => readEnvironment({ ...settings, SITE_URL: url } as never)).toThrow(/^SITE_URL should be/);
  });

  it.each([
    ["1h", "1 hour"],
    ["15m", "15 minutes"],
    ["soon", "some time"],
  ])("says an idle limit of %s as %s", (duration, words) => {
    expect(readEnvironment({ ...settings, SESSION_IDLE: duration } as never).idleLimit).toBe(words);
  });
});
