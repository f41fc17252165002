import { readdir, readFile } from "node:fs/promises";
import { getPriority } from "node:os";
import { expect, test } from "vitest";
import { openTestHub } from "../test-hub.ts";

test.runIf(process.platform === "linux")(
  "threads that hash passwords have a lower priority than the event loop",
  async () => {
    const hub = await openTestHub();
    await hub.close();
    const priorities: number[] = [];
    for (const thread of await readdir("/proc/self/task")) {
      const name = await readFile(`/proc/self/task/${thread}/comm`, "utf8");
      if (name.trim() === "libuv-worker") priorities.push(getPriority(Number(thread)));
    }
    expect(priorities.length).toBeGreaterThan(0);
    expect(new Set(priorities)).toEqual(new Set([Math.min(getPriority() + 10, 19)]));
  },
);
