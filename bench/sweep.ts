/** Rounds while expired tickets are swept, against rounds while they are not. */
import { setTimeout as pause } from "node:timers/promises";
import type { Database } from "@gatehouse/database";
import { casRound, signInWorkers } from "./cas-round.ts";
import { compare } from "./compare.ts";
import { contenderOf, workers } from "./compare-rounds.ts";
import { fillTickets } from "./fill-tickets.ts";
import { startHub, withDatabase } from "./hub.ts";
import type { Stretch } from "./load.ts";
import { type Measurement, ratioLine } from "./measurement.ts";
import { onStage, type Stage } from "./stage.ts";

const expired = 1_000_000;
/** As the hub's upkeep does it, but without ever being done. */
const [batch, breathMilliseconds] = [200, 20];

export function measureSweep(): Promise<Measurement> {
  return onStage(async (stage) => {
    // Two hubs, because one with expired tickets sweeps them of itself now and then.
    const [without, during] = [await prepare(stage), await prepare(stage)];
    const swept = { rows: 0, seconds: 0 };
    const compared = await withDatabase(during.hub, async (database) => {
      await fillTickets(database, expired, -7200);
      const whileSwept = (seconds: number) => whileSweeping(database, swept, during.rounds.run(seconds));
      return compare({ run: whileSwept, processes: during.hub.processes }, without.rounds);
    });
    const sweptPerSecond = Math.round(swept.rows / swept.seconds);
    return {
      title: `CAS round, 16 at once, while ${expired} expired tickets are swept, in ratio to the same without`,
      lines: [ratioLine(`sweeping ${sweptPerSecond} tickets a second`, compared, { atLeast: 0.8 })],
      measured: { expired, batch, breathMilliseconds, sweptPerSecond, compared },
    };
  });
}

async function prepare(stage: Stage) {
  const hub = await startHub(stage);
  const pool = stage.connect(hub.url);
  const rounds = contenderOf(casRound(pool, await signInWorkers(pool), hub), workers);
  return { hub, rounds };
}

async function whileSweeping(
  database: Database,
  swept: { rows: number; seconds: number },
  rounds: Promise<Stretch>,
): Promise<Stretch> {
  let working = true;
  const sweep = async (): Promise<void> => {
    const began = performance.now();
    while (working) {
      const rows = await database.sweep(batch);
      if (rows < batch) throw new Error("there was nothing left to sweep while rounds were measured");
      swept.rows += rows;
      await pause(breathMilliseconds);
    }
    swept.seconds += (performance.now() - began) / 1000;
  };
  const [stretch] = await Promise.all([
    rounds.finally(() => {
      working = false;
    }),
    sweep(),
  ]);
  return stretch;
}
