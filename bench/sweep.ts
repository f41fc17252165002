/** Rounds while expired tickets are swept, against rounds while they are not. */
import type { Database } from "@gatehouse/database";
import { casRound, signInWorkers } from "./cas-round.ts";
import { compare } from "./compare.ts";
import { workers } from "./compare-rounds.ts";
import { fillTickets } from "./fill-tickets.ts";
import { joinDatabase, startHub } from "./hub.ts";
import { runRounds } from "./load.ts";
import { type Measurement, ratioLine } from "./measurement.ts";
import { onStage } from "./stage.ts";

const expired = 1_000_000;
/** As the hub's upkeep does it. */
const batch = 200;

export function measureSweep(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    const pool = stage.connect(hub.url);
    const cookies = await signInWorkers(pool);
    const database = await joinDatabase(stage, hub);
    await fillTickets(database, expired, -7200);
    const swept = { rows: 0, seconds: 0 };
    const round = casRound(pool, cookies, hub.service);
    const rounds = (seconds: number) => runRounds(round, workers, seconds);
    const compared = await compare(
      (seconds) => whileSweeping(database, swept, () => rounds(seconds)),
      rounds,
    );
    const sweptPerSecond = Math.round(swept.rows / swept.seconds);
    return {
      title: `CAS round, 16 at once, while ${expired} expired tickets are swept, in ratio to the same without`,
      lines: [ratioLine(`sweeping ${sweptPerSecond} tickets a second`, compared, { atLeast: 0.8 })],
      measured: { expired, batch, sweptPerSecond, compared },
    };
  });
}

/** Batch after batch without a pause, which is harder than the hub's own upkeep. */
async function whileSweeping<Result>(
  database: Database,
  swept: { rows: number; seconds: number },
  work: () => Promise<Result>,
): Promise<Result> {
  let working = true;
  const began = performance.now();
  const sweep = async (): Promise<void> => {
    while (working) {
      const rows = await database.sweep(batch);
      if (rows < batch) throw new Error("there was nothing left to sweep while rounds were measured");
      swept.rows += rows;
    }
    swept.seconds += (performance.now() - began) / 1000;
  };
  const sweeping = sweep();
  try {
    return await Promise.race([work(), sweeping.then(() => work())]);
  } finally {
    working = false;
    await sweeping;
  }
}
