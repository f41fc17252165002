/** Memory of the idle hub and its database. */
import { startHub } from "./hub.ts";
import type { Measurement } from "./measurement.ts";
import { processMemory } from "./process-memory.ts";
import { onStage } from "./stage.ts";

export function measureIdleMemory(): Promise<Measurement> {
  return onStage(async (stage) => {
    const { own, postgres } = await processMemory((await startHub(stage)).pid);
    return {
      title: "Memory of a hub that nobody uses, in MB",
      lines: [
        {
          name: "hub",
          figure: own,
          aim: { atMost: 220 },
          detail: "its own pages, and its part of shared ones",
        },
        { name: "database", figure: postgres, aim: { atMost: 60 }, detail: "all its processes" },
      ],
      measured: { hubMegabytes: own, databaseMegabytes: postgres },
    };
  });
}
