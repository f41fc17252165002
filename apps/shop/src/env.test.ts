import { describe, expect, it } from "vitest";
import { readEnvironment } from "./env.ts";

const settings = { SITE_URL: "https://shop.example", DATA_DIR: "/data" };

describe("the shop's environment", () => {
  it("has the public origin and the file of the carts", () => {
    expect(readEnvironment(settings as never)).toEqual({
      siteOrigin: "https://shop.example",
      https: true,
      cartFile: "/data/shop.sqlite",
    });
  });

  it.each(["", "shop.example", "ftp://shop.example"])(
    "refuses SITE_URL=%j, and the error names it",
    (url) => {
      expect(() => readEnvironment({ ...settings, SITE_URL: url } as never)).toThrow(/^SITE_URL should be/);
    },
  );
});
