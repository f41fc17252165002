/** A round of a protocol at the hub and at a bare server, one at a time and sixteen at once. */
import { type Comparison, compare } from "./compare.ts";
import { type Round, runRounds } from "./load.ts";
import { type Measurement, ratioLine, tailLine } from "./measurement.ts";
import type { Processes } from "./process-usage.ts";

/** As many as ever go round at once; each has a session of its own, as people have. */
export const workers = 16;

/** A round, and the processes that serve it. */
export interface ServedRound {
  readonly round: Round;
  readonly processes: Readonly<Record<string, Processes>>;
}

export function compareRounds(ours: ServedRound, other: ServedRound, atOnce: number): Promise<Comparison> {
  return compare(contenderOf(ours, atOnce), contenderOf(other, atOnce));
}

export function contenderOf({ round, processes }: ServedRound, atOnce: number) {
  return { run: (seconds: number) => runRounds(round, atOnce, seconds), processes };
}

/** @param aims least ratios, one at a time and sixteen at once */
export async function measureRounds(
  title: string,
  ours: ServedRound,
  bare: ServedRound,
  aims: { readonly atOne: number; readonly atSixteen: number },
): Promise<Measurement> {
  const atOne = await compareRounds(ours, bare, 1);
  const atSixteen = await compareRounds(ours, bare, workers);
  return {
    title,
    lines: [
      ratioLine("one at a time", atOne, { atLeast: aims.atOne }),
      ratioLine("16 at once", atSixteen, { atLeast: aims.atSixteen }),
      tailLine("16 at once, p99 to p50", atSixteen, { atMost: 4 }),
    ],
    measured: { atOne, atSixteen },
  };
}
