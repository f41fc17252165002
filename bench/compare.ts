/** Two things in one run, in ratio: the only figures that another machine can be held to. */
import type { Stretch } from "./load.ts";

/** Figures are rounded, because results are kept in the repository and read there. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds a round took. */
  readonly p50: number;
  readonly p99: number;
  /** p99 to p50: the median of the turns, so that one busy moment of the machine does not make the tail. */
  readonly tail: number;
  readonly rounds: number;
}

export interface Comparison {
  readonly ours: Measured;
  readonly other: Measured;
  /** Rounds a second, ours to the other's: the median of the turns. */
  readonly ratio: number;
  /** Half of the turns lie between these two: how far to trust the median. */
  readonly from: number;
  readonly to: number;
}

/** Seconds that each of two things is measured for, all turns together. */
const secondsEach = Number(process.env.BENCH_SECONDS ?? 10);

/** Enough for Node to have compiled what is hot and for PostgreSQL to have settled on its plans. */
const warmUpSeconds = 1;

type Measure = (seconds: number) => Promise<Stretch>;

/**
 * Measures in many short turns, and begins every other one with the other thing: whatever else the machine is busy
 * with then falls on both.
 *
 * @param turnSeconds how long a turn is for each; many times what a round takes
 */
export async function compare(ours: Measure, other: Measure, turnSeconds = 0.4): Promise<Comparison> {
  const all: { readonly ours: Stretch; readonly other: Stretch }[] = [];
  await other(warmUpSeconds);
  await ours(warmUpSeconds);
  for (let turn = 0; turn < secondsEach / turnSeconds; turn++) {
    if (turn % 2 === 0) all.push({ other: await other(turnSeconds), ours: await ours(turnSeconds) });
    else all.push({ ours: await ours(turnSeconds), other: await other(turnSeconds) });
  }
  const ratios = sort(all.map((turn) => perSecond(turn.ours) / perSecond(turn.other)));
  return {
    ours: sum(all.map((turn) => turn.ours)),
    other: sum(all.map((turn) => turn.other)),
    ratio: round(at(ratios, 0.5), 2),
    from: round(at(ratios, 0.25), 2),
    to: round(at(ratios, 0.75), 2),
  };
}

function sum(turns: readonly Stretch[]): Measured {
  const times = turns.flatMap((turn) => turn.times);
  const sorted = sort(times);
  const seconds = turns.reduce((total, turn) => total + turn.seconds, 0);
  return {
    perSecond: round(perSecond({ times, seconds }), 1),
    p50: round(at(sorted, 0.5), 2),
    p99: round(at(sorted, 0.99), 2),
    tail: round(at(sort(turns.map(tailOf)), 0.5), 2),
    rounds: times.length,
  };
}

function tailOf({ times }: Stretch): number {
  const sorted = sort(times);
  return at(sorted, 0.99) / at(sorted, 0.5);
}

function perSecond({ times, seconds }: Stretch): number {
  return times.length / seconds;
}

function sort(numbers: readonly number[]): readonly number[] {
  return numbers.toSorted((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  const number = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  if (number === undefined) throw new Error("nothing was measured");
  return number;
}

/** @param decimals digits after the point */
export function round(number: number, decimals: number): number {
  return Number(number.toFixed(decimals));
}
