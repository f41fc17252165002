import { expect, test } from "vitest";
import { openTestHub } from "./test-hub.ts";

test("a setting without effect is warned of at start, by name and without its value", async () => {
  const opened = await openTestHub({ environment: { REDIS_URL: "redis://:word@cache.internal" } });
  try {
    const warned = opened.lines.map((line) => JSON.parse(line)).filter(({ level }) => level === "warn");
    expect(warned).toEqual([
      expect.objectContaining({
        event: "setting.unused",
        setting: "REDIS_URL",
        msg: expect.stringContaining("does not use it yet"),
      }),
    ]);
    expect(opened.lines.join()).not.toContain("cache.internal");
  } finally {
    await opened.close();
  }
});
