/** A decision of the throttle: three counters, as before each verification of a password. */
import type { AttemptCounterStore } from "@gatehouse/database";
import { poolOf } from "@gatehouse/database/test-pool";
import { type Measured, round, secondsEach, sum, takeTurn } from "./compare.ts";
import { type BenchedHub, startHub, withDatabase } from "./hub.ts";
import { type Round, runRounds } from "./load.ts";
import { type Aim, cpuOf, type Line, type Measurement } from "./measurement.ts";
import { onStage } from "./stage.ts";

const workers = 16;
const minute = 60;
const growing = { free: 5, longestWait: 15 * minute, forgottenAfter: 60 * minute };
/** Out of reach, so that every attempt passes. */
const ceiling = { most: 1_000_000_000, within: 24 * 60 * minute };
const usedUp = { key: "bench used up", limit: { most: 1, within: 24 * 60 * minute } };

export function measureThrottle(): Promise<Measurement> {
  return onStage(async (stage) => {
    const hub = await startHub(stage);
    return withDatabase(hub, async (database) => {
      const { attemptCounters } = database;
      await attemptCounters.count([usedUp]);
      const passing = await measure(hub, passes(attemptCounters));
      const refused = await measure(hub, refuses(attemptCounters));
      const atOnce = await measure(hub, passes(attemptCounters), workers);
      const pool = poolOf(database);
      const nothing = await measure(hub, async () => {
        await pool.query({ name: "nothing", text: "SELECT 1" });
      });
      return {
        title: "A decision of the throttle with three counters, in ms",
        lines: [
          meanLine("the attempt passes", passing, { atMost: 1 }),
          { name: "its p99", figure: passing.p99, detail: `p50 ${passing.p50} ms` },
          meanLine("the attempt is refused", refused, { atMost: 1 }),
          meanLine("16 at once, each", atOnce),
          meanLine("for scale: SELECT 1", nothing),
        ],
        measured: { passing, refused, atOnce, nothing },
      };
    });
  });
}

async function measure({ processes: { database } }: BenchedHub, round: Round, atOnce = 1): Promise<Measured> {
  const run = (seconds: number) => runRounds(round, atOnce, seconds);
  await run(1);
  return sum([await takeTurn({ run, processes: { database } }, secondsEach)]);
}

/** Each attempt has a new pair, of accounts and addresses that are used again. */
function passes(counters: AttemptCounterStore): Round {
  let attempts = 0;
  return async () => {
    attempts += 1;
    const [account, address] = [attempts % 200, attempts % 97];
    const states = await counters.count([
      { key: `bench pair ${account} ${attempts}`, limit: growing },
      { key: `bench account ${account}`, limit: ceiling },
      { key: `bench address ${address}`, limit: ceiling },
    ]);
    if (states.some(({ wait }) => wait > 0)) throw new Error("an attempt was refused");
  };
}

function refuses(counters: AttemptCounterStore): Round {
  const others = ["bench account 1", "bench address 1"].map((key) => ({ key, limit: ceiling }));
  return async () => {
    const [state] = await counters.count([usedUp, ...others]);
    if (state?.wait === 0) throw new Error("an attempt passed");
  };
}

function meanLine(name: string, measured: Measured, aim?: Aim): Line {
  const { perSecond, p50, p99 } = measured;
  const detail = `${perSecond}/s, p50 ${p50} ms, p99 ${p99} ms; ${cpuOf(measured)}`;
  return { name, figure: round(1000 / perSecond, 2), detail, ...(aim && { aim }) };
}
