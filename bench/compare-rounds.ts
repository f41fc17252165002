/** A round of a protocol at the hub and at the bare server, as the project wants it: alone and sixteen at once. */
import { type Comparison, compare } from "./compare.ts";
import { type Round, runRounds } from "./load.ts";
import { type Measurement, ratioLine, tailLine } from "./measurement.ts";

/** As many as ever go round at once; each has a session of its own, as people have. */
export const workers = 16;

export function compareRounds(ours: Round, other: Round, atOnce: number): Promise<Comparison> {
  return compare(
    (seconds) => runRounds(ours, atOnce, seconds),
    (seconds) => runRounds(other, atOnce, seconds),
  );
}

export async function measureRounds(title: string, ours: Round, bare: Round): Promise<Measurement> {
  const atOne = await compareRounds(ours, bare, 1);
  const atSixteen = await compareRounds(ours, bare, workers);
  return {
    title,
    lines: [
      ratioLine("one at a time", atOne, { atLeast: 0.5 }),
      ratioLine("16 at once", atSixteen, { atLeast: 0.5 }),
      tailLine("16 at once, p99 to p50", atSixteen, { atMost: 4 }),
    ],
    measured: { atOne, atSixteen },
  };
}
